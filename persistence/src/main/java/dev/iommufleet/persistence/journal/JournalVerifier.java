package dev.iommufleet.persistence.journal;

import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TextFormat;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.persistence.journal.Reexecution.Located;
import dev.iommufleet.persistence.mapping.Configs;
import dev.iommufleet.persistence.mapping.EntryFacts;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import dev.iommufleet.protocol.api.v1.Reply;
import dev.iommufleet.protocol.journal.v1.Entry;
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
public final class JournalVerifier {
  private static final int WHOLE_ENTRY = -1;

  private final String persistenceId;
  private final IommuReplay replay = new IommuReplay();
  private final Map<Long, Reexecution> open = new HashMap<>();
  private Iommu iommu;
  private long verified;
  private long stateHash;

  public JournalVerifier(String persistenceId) {
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

  /**
   * Verifies what the journal holds now, from the first entry to the first divergence.
   *
   * @throws JournalException {@link JournalException.Code#NOT_FOUND} or {@link
   *     JournalException.Code#UNREADABLE}; what is wrong with an entry is a divergence
   */
  public static VerifyReport verify(JournalReader journal, String persistenceId) {
    var summary =
        journal
            .summary(persistenceId)
            .orElseThrow(
                () ->
                    new JournalException(
                        JournalException.Code.NOT_FOUND,
                        "there is no journal of %s".formatted(persistenceId)));
    var verifier = new JournalVerifier(persistenceId);
    var snapshot = journal.snapshot(persistenceId, summary.entries());
    try {
      journal.entries(
          persistenceId,
          1,
          summary.entries(),
          stored -> {
            verifier.next(stored);
            snapshot
                .filter(it -> it.sequenceNumber() == stored.sequenceNumber())
                .ifPresent(verifier::compare);
          });
      return verifier.report(summary.entries(), List.of());
    } catch (Diverged e) {
      return verifier.report(summary.entries(), List.of(e.divergence));
    } catch (JournalException e) {
      return verifier.report(summary.entries(), List.of(verifier.unreadable(e)));
    }
  }

  /** Verifies the next entry; empty: it is as it should be. After a divergence nothing goes on. */
  public Optional<Divergence> verify(StoredEntry stored) {
    try {
      next(stored);
      return Optional.empty();
    } catch (Diverged e) {
      return Optional.of(e.divergence);
    } catch (JournalException e) {
      return Optional.of(unreadable(e));
    }
  }

  /**
   * @param entries in the journal
   */
  public VerifyReport report(long entries, List<Divergence> divergences) {
    return new VerifyReport(persistenceId, entries, verified, divergences, stateHash);
  }

  private Divergence unreadable(JournalException e) {
    return switch (e.code()) {
      case NOT_FOUND, UNREADABLE -> throw e;
      case MALFORMED, INCONSISTENT ->
          new Divergence(
              verified + 1,
              WHOLE_ENTRY,
              "the entry",
              e.getMessage(),
              "an entry that follows from those before",
              "");
    };
  }

  private void next(StoredEntry stored) {
    replay.apply(stored);
    var entry = stored.entry();
    if (iommu == null) {
      iommu = new Iommu(Configs.read(replay.config()));
    } else {
      prepareCaches(entry);
    }
    execute(stored.sequenceNumber(), entry);
    compareHashes(entry);
    verified = stored.sequenceNumber();
    stateHash = entry.getStateHash();
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
      throw diverged(
          entry, WHOLE_ENTRY, "first operation", cause.getFirstOperation(), request.next());
    }
    int end = RequestLog.end(entry, operations);
    if (end > operations.size()) {
      throw diverged(entry, WHOLE_ENTRY, "operations", end, operations.size());
    }
    var facts = located(operations, entry.getFactsList());
    request.beginEntry(entry.getIncarnation());
    try {
      request.run(iommu, end, facts.size());
    } catch (RuntimeException e) {
      throw diverged(entry, request.next(), "outcome", "facts and a reply", e);
    }
    compare(entry, "fact", facts, request.facts());
    compare(entry, "cache fact", located(operations, entry.getSoftList()), request.soft());
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

  private void compare(Entry entry, String what, List<Located> journaled, List<Located> executed) {
    for (int i = 0; i < Math.max(journaled.size(), executed.size()); i++) {
      var expected = i < journaled.size() ? journaled.get(i) : null;
      var actual = i < executed.size() ? executed.get(i) : null;
      if (expected == null || !expected.equals(actual)) {
        throw diverged(
            entry,
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
        throw diverged(entry, first + i, "reply", expected, actual);
      }
    }
  }

  private void compareHashes(Entry entry) {
    compareHash(entry, "state hash", entry.getStateHash(), iommu.stateHash());
    compareHash(entry, "state hash of its facts", entry.getStateHash(), replay.iommu().stateHash());
    if (entry.hasSoftHash()) {
      compareHash(entry, "soft hash", entry.getSoftHash(), iommu.softHash());
      compareHash(entry, "soft hash of its facts", entry.getSoftHash(), replay.iommu().softHash());
    }
  }

  private void compareHash(Entry entry, String what, long journaled, long executed) {
    if (journaled != executed) {
      throw diverged(
          entry, WHOLE_ENTRY, what, "%016x".formatted(journaled), "%016x".formatted(executed));
    }
  }

  /** The snapshot of the entry that was verified last. */
  private void compare(StoredSnapshot stored) {
    var snapshot = IommuReplay.of(stored);
    if (!snapshot.deleted() && snapshot.iommu().stateHash() != stateHash) {
      throw new Diverged(
          new Divergence(
              stored.sequenceNumber(),
              WHOLE_ENTRY,
              "state hash of its snapshot",
              "%016x".formatted(snapshot.iommu().stateHash()),
              "%016x".formatted(stateHash),
              stored.snapshot().getModelVersion()));
    }
  }

  private Diverged diverged(
      Entry entry, int operation, String what, Object journaled, Object executed) {
    return new Diverged(
        new Divergence(
            verified + 1,
            operation,
            what,
            journaled.toString(),
            executed.toString(),
            entry.getModelVersion()));
  }

  private static String text(Located located) {
    return located == null
        ? "none"
        : "operation %d %s".formatted(located.operation(), text(located.fact()));
  }

  private static String text(MessageOrBuilder message) {
    return TextFormat.printer().emittingSingleLine(true).printToString(message).trim();
  }
}
