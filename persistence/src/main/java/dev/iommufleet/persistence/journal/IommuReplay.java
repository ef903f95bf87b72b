package dev.iommufleet.persistence.journal;

import static dev.iommufleet.persistence.journal.JournalException.Code.INCONSISTENT;
import static dev.iommufleet.persistence.journal.JournalException.Code.MALFORMED;
import static dev.iommufleet.persistence.journal.JournalException.Code.NOT_FOUND;

import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.persistence.mapping.Configs;
import dev.iommufleet.persistence.mapping.EntryFacts;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.protocol.api.v1.IommuConfig;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.Snapshot;
import java.util.List;

/**
 * An IOMMU made of its entries' facts alone, caches included: nothing is executed, so an old
 * journal gives the state that was, whatever the model has learnt since.
 */
public final class IommuReplay {
  private final RequestLog requests = new RequestLog();
  private Iommu iommu;
  private IommuConfig config = IommuConfig.getDefaultInstance();
  private long sequenceNumber;
  private boolean deleted;

  /**
   * The state right after an entry.
   *
   * @throws JournalException there is no such entry, or the journal cannot be read so far
   */
  public static IommuReplay at(JournalReader journal, String persistenceId, long sequenceNumber) {
    var replay = new IommuReplay();
    journal.entries(persistenceId, 1, sequenceNumber, replay::apply);
    if (replay.sequenceNumber < sequenceNumber || sequenceNumber < 1) {
      throw new JournalException(
          NOT_FOUND,
          "%s has %d entries and none with number %d"
              .formatted(persistenceId, replay.sequenceNumber, sequenceNumber));
    }
    return replay;
  }

  /**
   * The state that a snapshot holds. At journal level facts it says nothing of the caches, which
   * are then empty here.
   *
   * @throws JournalException the snapshot holds what this version does not know
   */
  public static IommuReplay of(StoredSnapshot stored) {
    var replay = new IommuReplay();
    var name = "%s snapshot %d".formatted(stored.persistenceId(), stored.sequenceNumber());
    try {
      replay.restore(stored.snapshot());
    } catch (MalformedException | IllegalArgumentException e) {
      throw new JournalException(MALFORMED, name + ": " + e.getMessage(), e);
    } catch (IllegalStateException | IndexOutOfBoundsException e) {
      throw new JournalException(INCONSISTENT, name + " is no state: " + e.getMessage(), e);
    }
    return replay;
  }

  private void restore(Snapshot snapshot) {
    EntryFormat.check(snapshot);
    sequenceNumber = snapshot.getSequenceNumber();
    deleted = snapshot.getDeleted();
    if (deleted) {
      return;
    }
    config = snapshot.getConfig();
    iommu = new Iommu(Configs.read(config));
    snapshot.getFactsList().forEach(fact -> iommu.apply(Facts.read(fact)));
    snapshot.getSoftList().forEach(fact -> iommu.apply(Facts.read(fact)));
    for (var waiting : snapshot.getSuspendedList()) {
      requests.open(waiting.getRequestEntry(), waiting.getOperationsList());
    }
  }

  /**
   * @throws JournalException the entry is not the next, or holds what this version does not know
   */
  public void apply(StoredEntry stored) {
    apply(stored.persistenceId(), stored.sequenceNumber(), stored.entry());
  }

  void apply(String persistenceId, long number, Entry entry) {
    var name = "%s entry %d".formatted(persistenceId, number);
    if (number != sequenceNumber + 1) {
      throw new JournalException(
          INCONSISTENT, "%s does not follow entry %d".formatted(name, sequenceNumber));
    }
    if (deleted) {
      throw new JournalException(INCONSISTENT, name + " comes after the IOMMU was deleted");
    }
    try {
      EntryFormat.check(entry);
      if (iommu == null) {
        create(name, entry);
      }
      applyFacts(requests.operations(number, entry), entry);
    } catch (MalformedException | IllegalArgumentException e) {
      throw new JournalException(MALFORMED, name + ": " + e.getMessage(), e);
    } catch (IllegalStateException | ArithmeticException | IndexOutOfBoundsException e) {
      throw new JournalException(
          INCONSISTENT, name + " does not follow from those before: " + e.getMessage(), e);
    }
    deleted |= entry.getCause().hasDeleted();
    sequenceNumber = number;
  }

  /** Changes with the next entry that is applied. */
  public Iommu iommu() {
    if (iommu == null) {
      throw new JournalException(NOT_FOUND, "no entry has been replayed");
    }
    return iommu;
  }

  /** As the IOMMU was created. */
  public IommuConfig config() {
    return config;
  }

  /** Of the last entry that was applied. */
  public long sequenceNumber() {
    return sequenceNumber;
  }

  public boolean deleted() {
    return deleted;
  }

  private void create(String name, Entry entry) {
    if (!entry.getCause().hasCreated()) {
      throw new JournalException(INCONSISTENT, name + " comes before the IOMMU was created");
    }
    config = entry.getCause().getCreated().getConfig();
    iommu = new Iommu(Configs.read(config));
  }

  private void applyFacts(List<Operation> request, Entry entry) {
    if (entry.hasCachesEmptySince()) {
      iommu.dropSoftState();
    }
    for (var fact : entry.getSoftBeforeList()) {
      iommu.apply(Facts.read(fact));
    }
    EntryFacts.read(request, entry.getFactsList(), (_, fact) -> iommu.apply(fact));
    EntryFacts.read(request, entry.getSoftList(), (_, fact) -> iommu.apply(fact));
  }
}
