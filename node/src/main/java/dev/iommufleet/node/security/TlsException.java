package dev.iommufleet.node.security;

/** Keys or certificates cannot be used or made. The message says which, and what to do. */
public final class TlsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TlsException(String message) {
    super(message);
  }

  TlsException(String message, Throwable cause) {
    super(message, cause);
  }
}
