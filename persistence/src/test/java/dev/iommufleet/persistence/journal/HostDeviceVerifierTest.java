package dev.iommufleet.persistence.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.device.ConfigRegister;
import dev.iommufleet.hardware.device.DeviceConfig;
import dev.iommufleet.hardware.device.DeviceConfig.PciCapabilities;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.HostDevice;
import dev.iommufleet.persistence.mapping.HostDeviceFacts;
import dev.iommufleet.persistence.mapping.HostDeviceOperations;
import dev.iommufleet.persistence.mapping.HostDeviceReplies;
import dev.iommufleet.persistence.mapping.HostDevices;
import dev.iommufleet.protocol.journal.v1.HostDeviceCause;
import dev.iommufleet.protocol.journal.v1.HostDeviceCreated;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Verifying a host device's journal")
class HostDeviceVerifierTest {
  private static final DeviceConfig CONFIG =
      new DeviceConfig("d1", DeviceConfig.Kind.EMULATED, PciCapabilities.NONE, null);

  private final HostDeviceEntry created = created();
  private final HostDeviceEntry busMaster = busMaster();

  private static HostDeviceEntry created() {
    var origin =
        HostDeviceCreated.newBuilder().setDeviceId("d1").setConfig(HostDevices.write(CONFIG));
    return HostDeviceEntry.newBuilder()
        .setSchema(1)
        .setModelVersion("m")
        .setCause(HostDeviceCause.newBuilder().setCreated(origin))
        .setStateHash(new HostDevice(CONFIG).stateHash())
        .build();
  }

  private static HostDeviceEntry busMaster() {
    var device = new HostDevice(CONFIG);
    var operation = new DeviceOperation.WriteConfig(ConfigRegister.COMMAND, 4);
    var entry = HostDeviceEntry.newBuilder().setSchema(1).setModelVersion("m");
    var reply = device.execute(operation, fact -> entry.addFacts(HostDeviceFacts.write(fact)));
    entry.getCauseBuilder().setOperation(HostDeviceOperations.write(operation)).getClientBuilder();
    return entry.setReply(HostDeviceReplies.write(reply)).setStateHash(device.stateHash()).build();
  }

  private static Stored<HostDeviceEntry> stored(long number, HostDeviceEntry entry) {
    return new Stored<>("device|d1", number, entry.getSerializedSize(), entry);
  }

  private Divergence second(HostDeviceEntry entry) {
    var verifier = new HostDeviceVerifier("device|d1");
    assertEquals(Optional.empty(), verifier.verify(stored(1, created)));
    return verifier.verify(stored(2, entry)).orElse(null);
  }

  @Test
  @DisplayName("finds nothing where facts, reply and hash are what execution says")
  void sound() {
    assertEquals(1, busMaster.getFactsCount());
    assertEquals(null, second(busMaster));
  }

  @Test
  @DisplayName("names the entry, the part and both sides of the first divergence")
  void diverges() {
    var fact = second(busMaster.toBuilder().clearFacts().build());
    var reply = second(busMaster.toBuilder().clearReply().build());
    var hash = second(busMaster.toBuilder().setStateHash(7).build());
    var orphan = new HostDeviceVerifier("device|d1").verify(stored(1, busMaster)).orElseThrow();
    var newer = second(busMaster.toBuilder().setSchema(9).build());

    assertEquals(
        List.of(2L, "fact 0", "none"),
        List.of(fact.sequenceNumber(), fact.what(), fact.journaled()));
    assertTrue(fact.executed().startsWith("config_changed"), fact.executed());
    assertEquals("reply", reply.what());
    assertEquals(List.of("state hash", "0000000000000007"), List.of(hash.what(), hash.journaled()));
    assertTrue(orphan.journaled().contains("comes before the creation"), orphan.journaled());
    assertTrue(newer.journaled().contains("schema 9"), newer.journaled());
  }

  @Test
  @DisplayName("an entry behind the deletion, or out of order, does not follow")
  void order() {
    var deleted = busMaster.toBuilder().clearFacts().clearReply();
    deleted.getCauseBuilder().clear().getDeletedBuilder();
    var replay = new HostDeviceReplay();
    replay.apply(stored(1, created));
    assertThrows(JournalException.class, () -> replay.apply(stored(3, busMaster)));

    replay.apply(stored(2, deleted.build()));

    assertTrue(replay.deleted());
    assertThrows(JournalException.class, () -> replay.apply(stored(3, busMaster)));
  }
}
