package dev.iommufleet.persistence.store;

/** A database cannot be used. The message says why and what to do, and never a password. */
public final class DatabaseException extends StoreException {
  private static final long serialVersionUID = 1L;

  /** Why; stable names. */
  public enum Code {
    /** What was given to find it by is not understood. */
    BAD_ADDRESS,
    /** No server answers there, or it is not ready. */
    UNREACHABLE,
    /** It does not let this user in, or not do what has to be done. */
    NOT_ALLOWED,
    /** The server is too old, set up in another way, or only reads. */
    UNFIT,
    /** The schema is absent and is not to be made. */
    MISSING,
    /** The schema holds tables that something else made. */
    FOREIGN,
    /** The schema was made by a later version. */
    NEWER_SCHEMA
  }

  private final Code code;

  DatabaseException(Code code, String message) {
    this(code, message, null);
  }

  DatabaseException(Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public Code code() {
    return code;
  }
}
