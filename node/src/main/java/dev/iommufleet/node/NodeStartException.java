package dev.iommufleet.node;

import dev.iommufleet.config.ClusterSettings;

/** The node cannot start. The message says why and what to do. */
public final class NodeStartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NodeStartException(String message) {
    super(message);
  }

  NodeStartException(String message, Throwable cause) {
    super(message, cause);
  }

  /** A port that another process has. */
  static NodeStartException taken(
      String what, String host, int port, String option, Exception cause) {
    return new NodeStartException(
        ("the %s server cannot listen on %s:%d (%s); is another node running? choose another port"
                + " with %s, 0 means any free one")
            .formatted(what, host, port, first(cause).getMessage(), option),
        cause);
  }

  /** The port of the messages between nodes is taken, or its address is not of this machine. */
  static NodeStartException cluster(ClusterSettings settings, Exception cause) {
    return new NodeStartException(
        ("the port for messages between nodes cannot be opened on %s:%d (%s); another port is"
                + " chosen with --cluster-port, an address of this machine with --cluster-host")
            .formatted(settings.host(), settings.port(), first(cause).getMessage()),
        cause);
  }

  private static Throwable first(Throwable failure) {
    return failure.getCause() == null ? failure : first(failure.getCause());
  }
}
