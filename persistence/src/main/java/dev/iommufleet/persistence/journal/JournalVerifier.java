package dev.iommufleet.persistence.journal;

import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.persistence.journal.Reexecution.Located;
import dev.iommufleet.persistence.mapping.Configs;
import dev.iommufleet.persistence.mapping.EntryFacts;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import dev.iommufleet.protocol.api.v1.Reply;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Executes the causes of a journal again, with the caches that each of them met, and compares what
 * comes of it: facts, cache facts, replies and hashes. Beside it the facts alone are applied, so
 * that recovery is checked as well.
 */
public final class JournalVerifier extends EntryVerifier<Entry, Snapshot> {
  private final IommuReplay replay = new IommuReplay();
  private final Map<Long, Reexecution> open = new HashMap<>();
  private Iommu iommu;

  public JournalVerifier(String persistenceId) {
    super(persistenceId, Entry.class, Snapshot.class);
  }

  /**
   * Verifies what the journal holds now, from the first entry to the first divergence.
   *
   * @throws JournalException {@link JournalException.Code#NOT_FOUND} or {@link
   *     JournalException.Code#UNREADABLE}; what is wrong with an entry is a divergence
   */
  public static VerifyReport verify(JournalReader journal, String persistenceId) {
    return new JournalVerifier(persistenceId).verify(journal);
  }

  @Override
  String modelVersion(Entry entry) {
    return entry.getModelVersion();
  }

  @Override
  Optional<Described> described(Stored<Snapshot> stored) {
    var snapshot = IommuReplay.of(stored);
    return snapshot.deleted()
        ? Optional.empty()
        : Optional.of(
            new Described(snapshot.iommu().stateHash(), stored.message().getModelVersion()));
  }

  @Override
  long execute(Stored<Entry> stored) {
    replay.apply(stored);
    var entry = stored.message();
    if (iommu == null) {
      iommu = new Iommu(Configs.read(replay.config()));
    } else {
      prepareCaches(entry);
    }
    execute(stored.sequenceNumber(), entry);
    compareHashes(entry);
    return entry.getStateHash();
  }

  /** Caches as the cause met them. */
  private void prepareCaches(Entry entry) {
    if (entry.hasCachesEmptySince()) {
      iommu.dropSoftState();
    }
    entry.getSoftBeforeList().forEach(fact -> iommu.apply(Facts.read(fact)));
  }

  private void execute(long number, Entry entry) {
    var cause = entry.getCause();
    long first = cause.getRequestEntry() == 0 ? number : cause.getRequestEntry();
    var request =
        cause.getRequestEntry() == 0
            ? new Reexecution(cause.getOperationsList())
            : open.get(cause.getRequestEntry());
    var operations = request.operations();
    if (cause.getFirstOperation() != request.next()) {
      throw diverged(WHOLE_ENTRY, "first operation", cause.getFirstOperation(), request.next());
    }
    int end = RequestLog.end(entry, operations);
    if (end > operations.size()) {
      throw diverged(WHOLE_ENTRY, "operations", end, operations.size());
    }
    var facts = located(operations, entry.getFactsList());
    request.beginEntry(entry.getIncarnation());
    try {
      request.run(iommu, end, facts.size());
    } catch (RuntimeException e) {
      throw diverged(request.next(), "outcome", "facts and a reply", e);
    }
    compare("fact", facts, request.facts());
    compare("cache fact", located(operations, entry.getSoftList()), request.soft());
    compareReplies(entry, request.replies());
    if (request.finished()) {
      open.remove(first);
    } else {
      open.put(first, request);
    }
    if (!iommu.holdsRequestsBack()) {
      open.values().forEach(Reexecution::release);
    }
  }

  private static List<Located> located(List<Operation> request, List<OperationFacts> groups) {
    var facts = new ArrayList<Located>();
    EntryFacts.read(
        request, groups, (operation, fact) -> facts.add(new Located(operation, Facts.write(fact))));
    return facts;
  }

  private void compare(String what, List<Located> journaled, List<Located> executed) {
    for (int i = 0; i < Math.max(journaled.size(), executed.size()); i++) {
      var expected = i < journaled.size() ? journaled.get(i) : null;
      var actual = i < executed.size() ? executed.get(i) : null;
      if (expected == null || !expected.equals(actual)) {
        throw diverged(
            (expected == null ? actual : expected).operation(),
            what + " " + i,
            text(expected),
            text(actual));
      }
    }
  }

  private void compareReplies(Entry entry, List<Reply> executed) {
    int first = entry.getCause().getFirstOperation();
    for (int i = 0; i < Math.max(entry.getRepliesCount(), executed.size()); i++) {
      var expected = i < entry.getRepliesCount() ? text(entry.getReplies(i)) : "none";
      var actual = i < executed.size() ? text(executed.get(i)) : "none";
      if (!expected.equals(actual)) {
        throw diverged(first + i, "reply", expected, actual);
      }
    }
  }

  private void compareHashes(Entry entry) {
    compareHash("state hash", entry.getStateHash(), iommu.stateHash());
    compareHash("state hash of its facts", entry.getStateHash(), replay.iommu().stateHash());
    if (entry.hasSoftHash()) {
      compareHash("soft hash", entry.getSoftHash(), iommu.softHash());
      compareHash("soft hash of its facts", entry.getSoftHash(), replay.iommu().softHash());
    }
  }

  private static String text(Located located) {
    return located == null
        ? "none"
        : "operation %d %s".formatted(located.operation(), text(located.fact()));
  }
}
