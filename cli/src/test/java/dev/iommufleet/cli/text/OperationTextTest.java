package dev.iommufleet.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.memory.MemoryKind;
import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.persistence.mapping.Operations;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Operations as text")
class OperationTextTest {

  private static Operation parsed(String line) {
    return Operations.read(OperationText.parse(line));
  }

  @Test
  @DisplayName("a register is named or given by offset, and its size follows from it")
  void registers() {
    assertEquals(new Operation.ReadRegister(0x1C, 4), parsed("read GSTS"));
    assertEquals(new Operation.WriteRegister(0x88, 8, 0x20), parsed("write IQT 0x20"));
    assertEquals(new Operation.ReadRegister(0x8C, 4), parsed("read-register 0x8c"));
    assertEquals(new Operation.ReadRegister(0x90, 4), parsed("read offset=iqa size=4"));
  }

  @Test
  @DisplayName("without pasid= a request carries none; PASID 0 is a PASID")
  void noPasidIsNotPasidZero() {
    assertEquals(
        new Operation.Translate(
            0x10, Access.NO_PASID, 0x1000, Access.READ, AddressType.UNTRANSLATED),
        parsed("translate 00:02.0 0x1000"));
    assertEquals(
        new Operation.Translate(
            0x10, 0, 0x1000, Access.READ | Access.WRITE, AddressType.TRANSLATED),
        parsed("translate 0x10 iova=0x1000 pasid=0 access=rw type=translated"));
  }

  @Test
  @DisplayName("flags are bare words, in any place")
  void flags() {
    assertEquals(
        new Operation.RequestPage(0x10, 3, false, false, 0x5000, true, 7, true, false),
        parsed("page-request 00:02.0 last-in-group read 0x5000 pasid=3 group-index=7"));
  }

  @Test
  @DisplayName("memory ranges and memory have short names")
  void memory() {
    assertEquals(
        new Operation.SetMemoryRange(0x2000, 0x1000, MemoryKind.UNREADABLE),
        parsed("range 0x2000 0x1000 unreadable"));
    assertEquals(
        "00ff", Numbers.bytes(((Operation.WriteMemory) parsed("mem-write 0 00ff")).data()));
  }

  @Test
  @DisplayName("a DMA with data is a write as long as its data")
  void dma() {
    var write = (Operation.Dma) parsed("dma 00:02.0 iova=0x1000 data=00112233");
    var read = (Operation.Dma) parsed("dma 00:02.0 iova=0x1000 length=8");

    assertEquals(4, write.length());
    assertTrue(write.write());
    assertEquals(8, read.length());
    assertTrue(!read.write());
  }

  @Test
  @DisplayName("a device without provider= is an emulated one; others say all of their host")
  void devices() {
    var host = new HostInfo(HostInfo.Provider.IOMMUFD, 48, 1, 0x40, 0xF00, 20, true);

    assertEquals(new Operation.AttachDevice(0x10, 0, null), parsed("attach-device 00:02.0"));
    assertEquals(
        new Operation.AttachDevice(0x10, 7, host),
        parsed(
            "attach-device 00:02.0 epoch=7 provider=iommufd address-width=48 hardware-type=1"
                + " cap=0x40 ecap=0xf00 pasid-width=20 behind-alias"));
    assertEquals(
        new Operation.AnswerCommand(0x10, 0, 3, -22), parsed("answer-command 0x10 3 errno=-22"));
    assertEquals(
        new Operation.DevicePageRequest(
            0x10,
            0,
            1,
            new Operation.RequestPage(0x10, 3, false, false, 0x5000, true, 0, true, false)),
        parsed("device-page-request 0x10 1 0x5000 pasid=3 last-in-group read"));
  }

  @Test
  @DisplayName("values inside a value are printed and given as JSON")
  void jsonInside() {
    var host = new HostInfo(HostInfo.Provider.LEGACY, 48, 1, 0x40, 0xF00, 20, true);
    var operation = new Operation.AttachDevice(0x10, 7, host);

    assertEquals(operation, Operations.read(OperationText.of(RecordView.fields(operation))));
  }

  @Test
  @DisplayName("an await has a condition and a deadline")
  void await() {
    var idle = OperationText.parse("await queue-idle 50").getAwait();
    var register = OperationText.parse("await register GSTS 0x80000000 0x80000000").getAwait();

    assertTrue(idle.hasQueueIdle());
    assertEquals(50, idle.getDeadlineMillis());
    assertEquals(0x1C, register.getRegister().getOffset());
    assertEquals(4, register.getRegister().getSize());
    assertEquals(0x80000000L, register.getRegister().getMask());
  }

  @Test
  @DisplayName("what is printed as JSON can be given as JSON")
  void jsonRoundTrip() {
    var operation = new Operation.WriteRegister(0x88, 8, 0x20);

    var again = OperationText.of(RecordView.fields(operation));

    assertEquals(operation, Operations.read(again));
    assertEquals(
        new Operation.ReadRegister(0x1C, 4),
        Operations.read(OperationText.of(Map.of("kind", "read-register", "offset", 28L))));
  }

  @ParameterizedTest
  @DisplayName("what is wrong is named, with what is possible")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          jump 1 | 'jump' is no operation; possible are read-register
          read GST | offset: there is no register 'GST'; possible are
          read GSTS 4 5 | '4' is not part of read-register
          write IQT | value= is missing; form: write-register offset=… [size=…] value=…
          write IQT zwei | value: 'zwei' is no number of 64 bits
          translate 2:0 0x1000 | source-id: a source id is written 00:02.0
          translate 0x10 0x1000 pasid=1048576 | pasid: '1048576' is no number of 20 bits
          translate 0x10 0x1000 access=q | access: 'q' is no access
          range 0 0x1000 rom | memory-kind: 'rom' is not possible; possible are ram|read-only
          mem-write 0 0ff | data: '0ff' are no bytes
          await forever | await waits for queue-idle, memory-word or register
          attach-device 0x10 behind-alias | 'behind-alias' is not part of attach-device
          answer-command 0x10 3 errno=x | errno: 'x' is no errno
          read offset=0 offset=4 | offset= is given twice
          """)
  void refusals(String line, String message) {
    var refused = assertThrows(IllegalArgumentException.class, () -> OperationText.parse(line));

    assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
  }

  @Test
  @DisplayName("every form that is offered begins with an operation that is known")
  void formsAreKnown() {
    List<String> forms = OperationText.forms();

    assertEquals(30, forms.size());
    for (var form : forms) {
      var refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> OperationText.parse(form.split(" ")[0] + " no=such value"));
      assertTrue(!refused.getMessage().contains("is no operation"), form);
    }
  }
}
