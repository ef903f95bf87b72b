package dev.iommufleet.node;

/** The node cannot start. The message says why and what to do. */
public final class NodeStartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NodeStartException(String message) {
    super(message);
  }

  NodeStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
