package dev.iommufleet.persistence.journal;

import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.persistence.mapping.Configs;
import dev.iommufleet.persistence.mapping.EntryFacts;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.protocol.api.v1.IommuConfig;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.Snapshot;
import java.util.List;

/**
 * An IOMMU made of its entries' facts alone, caches included: nothing is executed, so an old
 * journal gives the state that was, whatever the model has learnt since.
 */
public final class IommuReplay extends FactsReplay<Entry, Snapshot> {
  private final RequestLog requests = new RequestLog();
  private Iommu iommu;
  private IommuConfig config = IommuConfig.getDefaultInstance();

  /**
   * The state right after an entry.
   *
   * @throws JournalException there is no such entry, or the journal cannot be read so far
   */
  public static IommuReplay at(JournalReader journal, String persistenceId, long sequenceNumber) {
    var replay = new IommuReplay();
    replay.replay(journal, Entry.class, persistenceId, sequenceNumber);
    return replay;
  }

  /**
   * The state that a snapshot holds. At journal level facts it says nothing of the caches, which
   * are then empty here.
   *
   * @throws JournalException the snapshot holds what this version does not know
   */
  public static IommuReplay of(Stored<Snapshot> stored) {
    var replay = new IommuReplay();
    replay.restore(stored);
    return replay;
  }

  @Override
  boolean restore(Snapshot snapshot) {
    EntryFormat.check(snapshot);
    if (snapshot.getDeleted()) {
      return false;
    }
    config = snapshot.getConfig();
    iommu = new Iommu(Configs.read(config));
    snapshot.getFactsList().forEach(fact -> iommu.apply(Facts.read(fact)));
    snapshot.getSoftList().forEach(fact -> iommu.apply(Facts.read(fact)));
    for (var waiting : snapshot.getSuspendedList()) {
      requests.open(waiting.getRequestEntry(), waiting.getOperationsList());
    }
    return true;
  }

  @Override
  boolean take(String name, long number, Entry entry) {
    EntryFormat.check(entry);
    if (iommu == null) {
      checkCreation(name, entry.getCause().hasCreated());
      config = entry.getCause().getCreated().getConfig();
      iommu = new Iommu(Configs.read(config));
    }
    applyFacts(requests.operations(number, entry), entry);
    return entry.getCause().hasDeleted();
  }

  /** Changes with the next entry that is applied. */
  public Iommu iommu() {
    return created(iommu);
  }

  /** As the IOMMU was created. */
  public IommuConfig config() {
    return config;
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
