package dev.iommufleet.persistence.journal;

import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TextFormat;
import java.util.List;
import java.util.Optional;

/**
 * Verification of a journal: what is the same for all kinds of entities. {@code E} is the kind's
 * entry, {@code S} its snapshot.
 */
abstract class EntryVerifier<E, S> {
  static final int WHOLE_ENTRY = -1;

  private final String persistenceId;
  private final Class<E> entries;
  private final Class<S> snapshots;

  /** Which model wrote the entry that is being verified. */
  private String modelVersion = "";

  private long verified;
  private long stateHash;

  EntryVerifier(String persistenceId, Class<E> entries, Class<S> snapshots) {
    this.persistenceId = persistenceId;
    this.entries = entries;
    this.snapshots = snapshots;
  }

  /** Thrown as soon as something differs. */
  static final class Diverged extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Divergence divergence;

    Diverged(Divergence divergence) {
      super(divergence.text());
      this.divergence = divergence;
    }
  }

  /**
   * Applies the entry's facts, executes its cause and compares.
   *
   * @return the state hash that the entry says, and that came of both
   * @throws Diverged it is not as it should be
   * @throws JournalException the entry cannot be read, or does not follow
   */
  abstract long execute(Stored<E> stored);

  abstract String modelVersion(E entry);

  /** The replay of a snapshot and which model wrote it; empty: it is of a deleted entity. */
  abstract Optional<Described> described(Stored<S> stored);

  /** What a snapshot adds up to. */
  record Described(long stateHash, String modelVersion) {}

  /** Verifies what the journal holds now, from the first entry to the first divergence. */
  final VerifyReport verify(JournalReader journal) {
    var summary =
        journal
            .summary(persistenceId)
            .orElseThrow(
                () ->
                    new JournalException(
                        JournalException.Code.NOT_FOUND,
                        "there is no journal of %s".formatted(persistenceId)));
    var snapshot = journal.snapshot(snapshots, persistenceId, summary.entries());
    try {
      journal.entries(
          entries,
          persistenceId,
          1,
          summary.entries(),
          stored -> {
            next(stored);
            snapshot
                .filter(it -> it.sequenceNumber() == stored.sequenceNumber())
                .ifPresent(this::compare);
          });
      return report(summary.entries(), List.of());
    } catch (Diverged e) {
      return report(summary.entries(), List.of(e.divergence));
    } catch (JournalException e) {
      return report(summary.entries(), List.of(unreadable(e)));
    }
  }

  /** Verifies the next entry; empty: it is as it should be. After a divergence nothing goes on. */
  public final Optional<Divergence> verify(Stored<E> stored) {
    try {
      next(stored);
      return Optional.empty();
    } catch (Diverged e) {
      return Optional.of(e.divergence);
    } catch (JournalException e) {
      return Optional.of(unreadable(e));
    }
  }

  private VerifyReport report(long inJournal, List<Divergence> divergences) {
    return new VerifyReport(persistenceId, inJournal, verified, divergences, stateHash);
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

  private void next(Stored<E> stored) {
    modelVersion = modelVersion(stored.message());
    stateHash = execute(stored);
    verified = stored.sequenceNumber();
  }

  /** The snapshot of the entry that was verified last. */
  private void compare(Stored<S> stored) {
    var described = described(stored);
    if (described.isPresent() && described.get().stateHash() != stateHash) {
      throw new Diverged(
          new Divergence(
              stored.sequenceNumber(),
              WHOLE_ENTRY,
              "state hash of its snapshot",
              "%016x".formatted(described.get().stateHash()),
              "%016x".formatted(stateHash),
              described.get().modelVersion()));
    }
  }

  final void compareHash(String what, long journaled, long executed) {
    if (journaled != executed) {
      throw diverged(WHOLE_ENTRY, what, "%016x".formatted(journaled), "%016x".formatted(executed));
    }
  }

  final Diverged diverged(int operation, String what, Object journaled, Object executed) {
    return new Diverged(
        new Divergence(
            verified + 1,
            operation,
            what,
            String.valueOf(journaled),
            String.valueOf(executed),
            modelVersion));
  }

  static String text(MessageOrBuilder message) {
    return TextFormat.printer().emittingSingleLine(true).printToString(message).trim();
  }
}
