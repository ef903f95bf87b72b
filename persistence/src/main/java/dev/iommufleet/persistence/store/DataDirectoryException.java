package dev.iommufleet.persistence.store;

import java.nio.file.Path;

/** A data directory cannot be used. The message says why and what to do. */
public final class DataDirectoryException extends StoreException {
  private static final long serialVersionUID = 1L;

  /** Why; stable names. */
  public enum Code {
    /** It does not exist, or holds no journal. */
    MISSING,
    /** It cannot be created, read or written. */
    INACCESSIBLE,
    /** Another process has it open. */
    LOCKED,
    /** A file in it is damaged. */
    CORRUPT,
    /** A file in it was made by something else. */
    FOREIGN,
    /** It was written by a later version. */
    NEWER_SCHEMA
  }

  private final Code code;
  private final transient Path directory;

  DataDirectoryException(Code code, Path directory, String message) {
    this(code, directory, message, null);
  }

  DataDirectoryException(Code code, Path directory, String message, Throwable cause) {
    super("data directory " + directory + ": " + message, cause);
    this.code = code;
    this.directory = directory;
  }

  public Code code() {
    return code;
  }

  public Path directory() {
    return directory;
  }
}
