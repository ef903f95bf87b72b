package dev.iommufleet.actors;

import static dev.iommufleet.actors.Harness.request;
import static dev.iommufleet.actors.Ops.load;
import static dev.iommufleet.actors.Ops.store;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.CreateIommuRequest;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Limits;
import dev.iommufleet.protocol.api.v1.Profile;
import dev.iommufleet.protocol.api.v1.ReadMemoryRequest;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.api.v1.Timeouts;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Arguments")
class EntityArgumentsTest {
  private final Harness it = new Harness();

  @AfterEach
  void close() {
    it.close();
  }

  private Refusal created(IommuSpec.Builder spec) {
    return it.refusal(
        EntityRequest.newBuilder()
            .setCreate(CreateIommuRequest.newBuilder().setIommuId("i1").setSpec(spec)));
  }

  @Test
  @DisplayName("of a creation are each refused by a code of their own")
  void creation() {
    var negative =
        created(IommuSpec.newBuilder().setLimits(Limits.newBuilder().setMemoryPages(-1)));
    var none = created(IommuSpec.newBuilder().setLimits(Limits.newBuilder().setMemoryPages(0)));
    var profile = created(IommuSpec.newBuilder().setProfileValue(77));
    var level = created(IommuSpec.newBuilder().setJournalLevelValue(77));
    var timeout =
        created(IommuSpec.newBuilder().setTimeouts(Timeouts.newBuilder().setDeviceTlbMillis(99)));
    var quirk = created(IommuSpec.newBuilder().putQuirkOverrides("NO_SUCH", true));

    assertEquals("BAD_ARGUMENT", negative.getCode());
    assertEquals("memory_pages is 4294967295; 0 to 2147483647 are possible", negative.getMessage());
    assertEquals("CONFIG_CONFLICT", none.getCode());
    assertEquals("BAD_ARGUMENT", profile.getCode());
    assertEquals("BAD_ARGUMENT", level.getCode());
    assertEquals("BAD_ARGUMENT", timeout.getCode());
    assertEquals("device_tlb_millis is 99; 100 to 3600000 are possible", timeout.getMessage());
    assertEquals("UNKNOWN_QUIRK", quirk.getCode());
    assertEquals("IOMMU_NOT_FOUND", it.refusal(request(load(0, 1))).getCode());
  }

  @ParameterizedTest
  @CsvSource({"4096, 0", "-4, 8"})
  @DisplayName("of a memory read are refused alike by ReadMemory and by Execute")
  void memoryRead(long address, int length) {
    it.create();

    var executed = it.refusal(request(load(address, length)));
    var read =
        it.refusal(
            EntityRequest.newBuilder()
                .setReadMemory(
                    ReadMemoryRequest.newBuilder().setAddress(address).setLength(length)));

    assertEquals("BAD_ARGUMENT", executed.getCode());
    assertEquals(executed, read);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ARCHITECTURE | false | STR-8.5",
        "ARCHITECTURE | true  | INV-3.3 INV-7.1 PRI-10.1 PRI-5.3 PRI-9 STR-4.5 STR-8.5",
        "QEMU_11_1    | true  | ''"
      })
  @DisplayName("of a creation decide which believed rules the IOMMU uses")
  void believed(String profile, boolean scalable, String rules) {
    var capabilities =
        Capabilities.newBuilder()
            .setScalableMode(scalable)
            .setFirstStage(scalable)
            .setPasidBits(scalable ? 20 : 0)
            .setDeviceTlb(scalable)
            .setPageRequests(scalable);

    var iommu =
        it.create(
            IommuSpec.newBuilder()
                .setProfile(Profile.valueOf("PROFILE_" + profile))
                .setCapabilities(capabilities)
                .build());

    var expected = rules.isEmpty() ? List.of() : List.of(rules.split(" "));
    assertEquals(expected, iommu.getBelievedRulesList());
    assertEquals(expected, it.get().getBelievedRulesList());
  }

  @Test
  @DisplayName("of a quirk that takes a believed rule's place take it off the list")
  void quirkInstead() {
    var iommu =
        it.create(IommuSpec.newBuilder().putQuirkOverrides("POSTED_FORMAT_IGNORED", true).build());

    assertEquals(List.of(), iommu.getBelievedRulesList());
    assertEquals(1, it.execute(store(0, (byte) 1)).getRepliesCount());
  }
}
