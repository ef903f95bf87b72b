package dev.iommufleet.persistence.journal;

import static dev.iommufleet.persistence.journal.JournalException.Code.INCONSISTENT;
import static dev.iommufleet.persistence.journal.JournalException.Code.MALFORMED;
import static dev.iommufleet.persistence.journal.JournalException.Code.NOT_FOUND;

import dev.iommufleet.persistence.mapping.MalformedException;

/**
 * State made of entries' facts alone: what is the same for all kinds of entities. {@code E} is the
 * kind's entry, {@code S} its snapshot.
 */
abstract class FactsReplay<E, S> {
  private long sequenceNumber;
  private boolean deleted;

  /**
   * The next entry; its number is right.
   *
   * @return whether the entity was deleted by it
   */
  abstract boolean take(String name, long number, E entry);

  /** The state that a snapshot holds; false: the entity was deleted. */
  abstract boolean restore(S snapshot);

  final void replay(JournalReader journal, Class<E> type, String persistenceId, long upTo) {
    journal.entries(type, persistenceId, 1, upTo, this::apply);
    if (sequenceNumber < upTo || upTo < 1) {
      throw new JournalException(
          NOT_FOUND,
          "%s has %d entries and none with number %d"
              .formatted(persistenceId, sequenceNumber, upTo));
    }
  }

  /**
   * @throws JournalException the entry is not the next, or holds what this version does not know
   */
  public final void apply(Stored<E> stored) {
    var name = "%s entry %d".formatted(stored.persistenceId(), stored.sequenceNumber());
    if (stored.sequenceNumber() != sequenceNumber + 1) {
      throw new JournalException(
          INCONSISTENT, "%s does not follow entry %d".formatted(name, sequenceNumber));
    }
    if (deleted) {
      throw new JournalException(INCONSISTENT, name + " comes after a deletion");
    }
    try {
      deleted = take(name, stored.sequenceNumber(), stored.message());
    } catch (MalformedException | IllegalArgumentException e) {
      throw new JournalException(MALFORMED, name + ": " + e.getMessage(), e);
    } catch (IllegalStateException | ArithmeticException | IndexOutOfBoundsException e) {
      throw new JournalException(
          INCONSISTENT, name + " does not follow from those before: " + e.getMessage(), e);
    }
    sequenceNumber = stored.sequenceNumber();
  }

  final void restore(Stored<S> stored) {
    var name = "%s snapshot %d".formatted(stored.persistenceId(), stored.sequenceNumber());
    try {
      deleted = !restore(stored.message());
    } catch (MalformedException | IllegalArgumentException e) {
      throw new JournalException(MALFORMED, name + ": " + e.getMessage(), e);
    } catch (IllegalStateException | IndexOutOfBoundsException e) {
      throw new JournalException(INCONSISTENT, name + " is no state: " + e.getMessage(), e);
    }
    sequenceNumber = stored.sequenceNumber();
  }

  /** Nothing came before the entry that creates. */
  static void checkCreation(String name, boolean creation) {
    if (!creation) {
      throw new JournalException(INCONSISTENT, name + " comes before the creation");
    }
  }

  static <T> T created(T state) {
    if (state == null) {
      throw new JournalException(NOT_FOUND, "no entry has been replayed");
    }
    return state;
  }

  /** Of the last entry that was applied. */
  public final long sequenceNumber() {
    return sequenceNumber;
  }

  public final boolean deleted() {
    return deleted;
  }
}
