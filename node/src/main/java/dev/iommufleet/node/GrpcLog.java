package dev.iommufleet.node;

import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what gRPC logs into the node's log. What clients cause, as with bytes that are no HTTP/2,
 * is told in a line and at level debug: nobody may fill the log from outside.
 */
final class GrpcLog extends Handler {
  /** Held here: a logger that nobody holds forgets its handlers. */
  private static final Logger GRPC = Logger.getLogger("io.grpc");

  private static final GrpcLog HANDLER = new GrpcLog();

  private GrpcLog() {}

  static synchronized void install() {
    GRPC.removeHandler(HANDLER);
    GRPC.addHandler(HANDLER);
    GRPC.setUseParentHandlers(false);
    GRPC.setLevel(Level.INFO);
  }

  @Override
  public void publish(LogRecord event) {
    var log = LoggerFactory.getLogger(event.getLoggerName());
    var thrown = event.getThrown();
    if (causedByClient(thrown)) {
      log.debug("{}: {}", event.getMessage(), thrown.toString());
    } else if (event.getLevel().intValue() >= Level.WARNING.intValue()) {
      log.warn(event.getMessage(), thrown);
    } else {
      log.info(event.getMessage(), thrown);
    }
  }

  private static boolean causedByClient(Throwable thrown) {
    return switch (thrown) {
      case null -> false;
      case StatusException _, StatusRuntimeException _, IOException _ -> true;
      // Shaded into gRPC's own package, which is no API.
      default -> thrown.getClass().getName().contains(".netty.handler.codec.");
    };
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
