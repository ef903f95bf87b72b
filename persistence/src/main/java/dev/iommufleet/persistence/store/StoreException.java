package dev.iommufleet.persistence.store;

/** What holds the journal cannot be used. The message says why and what to do. */
public abstract sealed class StoreException extends RuntimeException
    permits DataDirectoryException, DatabaseException {
  private static final long serialVersionUID = 1L;

  StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
