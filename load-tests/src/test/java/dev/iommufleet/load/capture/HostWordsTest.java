package dev.iommufleet.load.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.iommufleet.hardware.device.HostCall;
import dev.iommufleet.hardware.vtd.AttachOutcome;
import dev.iommufleet.hardware.vtd.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("what a capture says of hosts")
class HostWordsTest {

  @ParameterizedTest(name = "{0}")
  @DisplayName("names of the recorded machine are left out of texts")
  @CsvSource(
      delimiter = '|',
      value = {
        "fake2: unsupported capability 1|unsupported capability 1",
        "Attaching to HWPT failed: [iommufd=855309] error attach fake3 (3) pasid 2 to id=10: Gone"
            + "|Attaching to HWPT failed: error attach (3) pasid 2 to id=10: Gone",
        "Detaching from HWPT failed: detach fake1 pasid 67 failed: Gone"
            + "|Detaching from HWPT failed: detach pasid 67 failed: Gone",
        "aw-bits 48 > host aw-bits 39|aw-bits 48 > host aw-bits 39",
      })
  void names(String text, String without) {
    assertEquals(without, HostWords.withoutNames(text));
  }

  @Test
  @DisplayName("a refusal has the reference's words and numbers")
  void refusals() {
    assertNull(refusal(AttachOutcome.ACCEPTED, 0, 0));
    assertEquals("aw-bits 48 > host aw-bits 39", refusal(AttachOutcome.WIDTH_EXCEEDED, 48, 39));
    assertEquals(
        "PASID bits size 8 > host IOMMU PASID bits size 7",
        refusal(AttachOutcome.PASID_WIDTH_EXCEEDED, 8, 7));
    assertEquals(
        "Incompatible host platform IOMMU type 2", refusal(AttachOutcome.OTHER_HARDWARE, 1, 2));
  }

  private static String refusal(AttachOutcome outcome, int wanted, int offered) {
    return HostWords.refusal(new Reply.DeviceAttached(outcome, wanted, offered));
  }

  @Test
  @DisplayName("a failed call makes the reference print its cause")
  void messages() {
    var attach = new HostCall.Attach(3, 1, 1065);
    var allocate = new HostCall.Allocate(3, 10, 8, 0, 48, 0x1000);

    assertEquals(
        "Replacing HWPT attachment failed: error attach (3) pasid 1 to id=1065:"
            + " Cannot allocate memory",
        HostWords.bindingFailed(true, attach, -12));
    assertEquals(
        "Attaching to HWPT failed: Failed to allocate hwpt: Operation not supported",
        HostWords.bindingFailed(false, allocate, -95));
    assertEquals(
        "Detaching from HWPT failed: detach pasid 5 failed: Device or resource busy",
        HostWords.unbindingFailed(new HostCall.Detach(3, 5), -16));
    assertEquals(
        "IOMMU_HWPT_INVALIDATE failed: total 1 entries, processed 0 entries:"
            + " No such file or directory",
        HostWords.invalidationFailed(-2));
  }

  @Test
  @DisplayName("a state is read with its lists, no PASID as PASID 0")
  void state() throws Exception {
    var line =
        "{\"seq\":9,\"op\":\"host_state\",\"devices\":[{\"sid\":24,\"devid\":1,\"bindings\":["
            + "{\"pasid\":5,\"fs_hwpt\":1006,\"entry\":\"4900\"},"
            + "{\"pasid\":null,\"fs_hwpt\":0,\"entry\":\"0101\"}],"
            + "\"attached\":[{\"pasid\":null,\"hwpt\":10},{\"pasid\":5,\"hwpt\":1006}]}],"
            + "\"hwpts\":[{\"id\":10,\"nested\":false,\"users\":2,\"pgtbl\":\"0x0\"},"
            + "{\"id\":1006,\"nested\":true,\"users\":1,\"pgtbl\":\"0xffffffff00001000\"}]}";

    var state = HostState.parse(line.getBytes(StandardCharsets.UTF_8));

    var bindings = List.of(new HostState.Bound(5, 1006, "4900"), new HostState.Bound(0, 0, "0101"));
    assertEquals(
        Map.of(24, new HostState.Device(1, bindings, Map.of(0, 10, 5, 1006))), state.devices());
    assertEquals(
        Map.of(
            10, new HostState.PageTable(false, 2, 0),
            1006, new HostState.PageTable(true, 1, 0xffff_ffff_0000_1000L)),
        state.objects());
  }

  @Test
  @DisplayName("a state with a field that nobody knows is refused")
  void unknownField() {
    byte[] line =
        "{\"seq\":9,\"op\":\"host_state\",\"devices\":[{\"sid\":24,\"wings\":2}],\"hwpts\":[]}"
            .getBytes(StandardCharsets.UTF_8);

    var error = assertThrows(LineException.class, () -> HostState.parse(line));

    assertEquals("unknown field 'wings'", error.getMessage());
  }

  @Test
  @DisplayName("texts may hold escapes; null is no text")
  void texts() throws Exception {
    var escaped = new Event();
    var absent = new Event();

    read("{\"seq\":7,\"op\":\"host_message\",\"text\":\"a \\\"b\\\" c\"}", escaped);
    read("{\"seq\":8,\"op\":\"host_message\",\"text\":null}", absent);

    assertEquals("a \\\"b\\\" c", escaped.text());
    assertEquals("host_message text=null", absent.describe());
  }

  private static void read(String line, Event event) throws LineException {
    byte[] bytes = (line + "\n       ").getBytes(StandardCharsets.UTF_8);
    var parser = new LineParser();
    parser.parse(bytes, 0, line.length());
    parser.fill(event);
  }
}
