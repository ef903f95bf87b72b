package dev.iommufleet.persistence.journal;

/** A journal cannot be read further. The message names the entity, the entry and what is wrong. */
public final class JournalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why; stable names. */
  public enum Code {
    /** The directory holds no journal of this entity, or none that goes so far. */
    NOT_FOUND,
    /** The database refused; the message has its words. */
    UNREADABLE,
    /** A row is none of ours, or its bytes are no entry of a version that is known. */
    MALFORMED,
    /** A sequence number is missing, or an entry does not follow from those before. */
    INCONSISTENT
  }

  private final Code code;

  JournalException(Code code, String message) {
    super(message);
    this.code = code;
  }

  JournalException(Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public Code code() {
    return code;
  }
}
