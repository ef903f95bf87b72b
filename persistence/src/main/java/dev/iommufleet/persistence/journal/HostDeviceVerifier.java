package dev.iommufleet.persistence.journal;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.hardware.device.HostDevice;
import dev.iommufleet.persistence.mapping.HostDeviceFacts;
import dev.iommufleet.persistence.mapping.HostDeviceOperations;
import dev.iommufleet.persistence.mapping.HostDeviceReplies;
import dev.iommufleet.persistence.mapping.HostDevices;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import dev.iommufleet.protocol.journal.v1.HostDeviceSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Executes the causes of a host device's journal again, as {@link JournalVerifier} does with an
 * IOMMU's. Beside it the facts alone are applied, so that recovery is checked as well.
 */
public final class HostDeviceVerifier extends EntryVerifier<HostDeviceEntry, HostDeviceSnapshot> {
  private static final int OPERATION = 0;

  private final HostDeviceReplay replay = new HostDeviceReplay();
  private HostDevice device;

  public HostDeviceVerifier(String persistenceId) {
    super(persistenceId, HostDeviceEntry.class, HostDeviceSnapshot.class);
  }

  /**
   * Verifies what the journal holds now, from the first entry to the first divergence.
   *
   * @throws JournalException {@link JournalException.Code#NOT_FOUND} or {@link
   *     JournalException.Code#UNREADABLE}; what is wrong with an entry is a divergence
   */
  public static VerifyReport verify(JournalReader journal, String persistenceId) {
    return new HostDeviceVerifier(persistenceId).verify(journal);
  }

  @Override
  String modelVersion(HostDeviceEntry entry) {
    return entry.getModelVersion();
  }

  @Override
  Optional<Described> described(Stored<HostDeviceSnapshot> stored) {
    var snapshot = HostDeviceReplay.of(stored);
    return snapshot.deleted()
        ? Optional.empty()
        : Optional.of(
            new Described(snapshot.device().stateHash(), stored.message().getModelVersion()));
  }

  @Override
  long execute(Stored<HostDeviceEntry> stored) {
    replay.apply(stored);
    var entry = stored.message();
    if (device == null) {
      device = new HostDevice(HostDevices.read(replay.config()));
    } else if (entry.getCause().hasOperation()) {
      execute(entry);
    }
    compareHash("state hash", entry.getStateHash(), device.stateHash());
    compareHash("state hash of its facts", entry.getStateHash(), replay.device().stateHash());
    return entry.getStateHash();
  }

  private void execute(HostDeviceEntry entry) {
    if (entry.hasCachesEmptySince()) {
      device.dropSoftState();
    }
    entry.getSoftBeforeList().forEach(fact -> device.apply(HostDeviceFacts.read(fact)));
    var facts = new ArrayList<HostDeviceFact>();
    var soft = new ArrayList<HostDeviceFact>();
    var reply =
        run(
            entry,
            fact ->
                (fact instanceof DeviceFact.Soft ? soft : facts).add(HostDeviceFacts.write(fact)));
    compare("fact", entry.getFactsList(), facts);
    compare("cache fact", entry.getSoftList(), soft);
    if (!entry.getReply().equals(HostDeviceReplies.write(reply))) {
      throw diverged(OPERATION, "reply", text(entry.getReply()), reply);
    }
  }

  private DeviceReply run(HostDeviceEntry entry, dev.iommufleet.hardware.device.DeviceSink sink) {
    try {
      return device.execute(HostDeviceOperations.read(entry.getCause().getOperation()), sink);
    } catch (MalformedException e) {
      throw diverged(OPERATION, "the entry", e.getMessage(), "one that can be read");
    } catch (IllegalArgumentException
        | IllegalStateException
        | ArithmeticException
        | IndexOutOfBoundsException e) {
      throw diverged(OPERATION, "outcome", "facts and a reply", e);
    }
  }

  private void compare(String what, List<HostDeviceFact> journaled, List<HostDeviceFact> executed) {
    for (int i = 0; i < Math.max(journaled.size(), executed.size()); i++) {
      var expected = i < journaled.size() ? text(journaled.get(i)) : "none";
      var actual = i < executed.size() ? text(executed.get(i)) : "none";
      if (!expected.equals(actual)) {
        throw diverged(OPERATION, what + " " + i, expected, actual);
      }
    }
  }
}
