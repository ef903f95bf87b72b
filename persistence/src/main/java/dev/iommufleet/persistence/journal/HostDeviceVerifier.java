package dev.iommufleet.persistence.journal;

import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TextFormat;
import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.HostDevice;
import dev.iommufleet.persistence.mapping.HostDeviceFacts;
import dev.iommufleet.persistence.mapping.HostDeviceOperations;
import dev.iommufleet.persistence.mapping.HostDeviceReplies;
import dev.iommufleet.persistence.mapping.HostDevices;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Executes the causes of a host device's journal again, as {@link JournalVerifier} does with an
 * IOMMU's. Beside it the facts alone are applied, so that recovery is checked as well.
 */
public final class HostDeviceVerifier {
  private static final int WHOLE_ENTRY = -1;
  private static final int OPERATION = 0;

  private final String persistenceId;
  private HostDevice device;
  private HostDevice replay;
  private boolean deleted;
  private long verified;
  private long stateHash;

  public HostDeviceVerifier(String persistenceId) {
    this.persistenceId = persistenceId;
  }

  /** Thrown as soon as something differs. */
  private static final class Diverged extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Divergence divergence;

    Diverged(Divergence divergence) {
      super(divergence.text());
      this.divergence = divergence;
    }
  }

  /** Verifies what the journal holds now, from the first entry to the first divergence. */
  public static VerifyReport verify(JournalReader journal, String persistenceId) {
    var summary =
        journal
            .summary(persistenceId)
            .orElseThrow(
                () ->
                    new JournalException(
                        JournalException.Code.NOT_FOUND,
                        "there is no journal of %s".formatted(persistenceId)));
    var verifier = new HostDeviceVerifier(persistenceId);
    try {
      journal.deviceEntries(
          persistenceId, 1, summary.entries(), (_, entry) -> verifier.next(entry));
      return verifier.report(summary.entries(), List.of());
    } catch (Diverged e) {
      return verifier.report(summary.entries(), List.of(e.divergence));
    }
  }

  /** Verifies the next entry; empty: it is as it should be. After a divergence nothing goes on. */
  public Optional<Divergence> verify(HostDeviceEntry entry) {
    try {
      next(entry);
      return Optional.empty();
    } catch (Diverged e) {
      return Optional.of(e.divergence);
    }
  }

  private VerifyReport report(long entries, List<Divergence> divergences) {
    return new VerifyReport(persistenceId, entries, verified, divergences, stateHash);
  }

  private void next(HostDeviceEntry entry) {
    try {
      EntryFormat.check(entry);
      if (device == null) {
        create(entry);
      } else if (deleted) {
        throw diverged(entry, "the entry", "an entry", "none behind the device's deletion");
      } else if (entry.getCause().hasOperation()) {
        execute(entry);
      }
    } catch (MalformedException | IllegalArgumentException e) {
      throw diverged(entry, "the entry", e.getMessage(), "one that can be read");
    } catch (IllegalStateException | ArithmeticException | IndexOutOfBoundsException e) {
      throw diverged(entry, "outcome", "facts and a reply", e);
    }
    deleted = entry.getCause().hasDeleted();
    compareHash(entry, "state hash", device.stateHash());
    compareHash(entry, "state hash of its facts", replay.stateHash());
    verified++;
    stateHash = entry.getStateHash();
  }

  private void create(HostDeviceEntry entry) {
    if (!entry.getCause().hasCreated()) {
      throw diverged(entry, "the entry", "an operation", "the device's creation");
    }
    var config = HostDevices.read(entry.getCause().getCreated().getConfig());
    device = new HostDevice(config);
    replay = new HostDevice(config);
  }

  private void execute(HostDeviceEntry entry) {
    if (entry.hasCachesEmptySince()) {
      device.dropSoftState();
    }
    entry.getSoftBeforeList().forEach(fact -> device.apply(HostDeviceFacts.read(fact)));
    var facts = new ArrayList<HostDeviceFact>();
    var soft = new ArrayList<HostDeviceFact>();
    var reply =
        device.execute(
            HostDeviceOperations.read(entry.getCause().getOperation()),
            fact ->
                (fact instanceof DeviceFact.Soft ? soft : facts).add(HostDeviceFacts.write(fact)));
    compare(entry, "fact", entry.getFactsList(), facts);
    compare(entry, "cache fact", entry.getSoftList(), soft);
    if (!entry.getReply().equals(HostDeviceReplies.write(reply))) {
      throw diverged(entry, "reply", text(entry.getReply()), reply);
    }
    entry.getFactsList().forEach(fact -> replay.apply(HostDeviceFacts.read(fact)));
  }

  private void compare(
      HostDeviceEntry entry,
      String what,
      List<HostDeviceFact> journaled,
      List<HostDeviceFact> executed) {
    for (int i = 0; i < Math.max(journaled.size(), executed.size()); i++) {
      var expected = i < journaled.size() ? text(journaled.get(i)) : "none";
      var actual = i < executed.size() ? text(executed.get(i)) : "none";
      if (!expected.equals(actual)) {
        throw diverged(entry, what + " " + i, expected, actual);
      }
    }
  }

  private void compareHash(HostDeviceEntry entry, String what, long executed) {
    if (entry.getStateHash() != executed) {
      throw diverged(
          entry, what, "%016x".formatted(entry.getStateHash()), "%016x".formatted(executed));
    }
  }

  private Diverged diverged(HostDeviceEntry entry, String what, Object journaled, Object executed) {
    return new Diverged(
        new Divergence(
            verified + 1,
            entry.getCause().hasOperation() ? OPERATION : WHOLE_ENTRY,
            what,
            String.valueOf(journaled),
            String.valueOf(executed),
            entry.getModelVersion()));
  }

  private static String text(MessageOrBuilder message) {
    return TextFormat.printer().emittingSingleLine(true).printToString(message).trim();
  }
}
