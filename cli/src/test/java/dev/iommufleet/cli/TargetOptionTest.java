package dev.iommufleet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The target of a client command")
class TargetOptionTest {
  private static final Logger ROOT = Logger.getLogger("");

  private static final class Listening extends Handler {
    final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();

    @Override
    public void publish(LogRecord event) {
      heard.add(event.getLoggerName() + ": " + event.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  @DisplayName("with a name that nobody knows is unreachable, in one line")
  void unknownHost() {
    var log = new Listening();
    ROOT.addHandler(log);

    var ran =
        Ran.command(
            "iommu", "get", "guest", "--target", "no-host.invalid:1", "--retry-seconds", "0");

    ROOT.removeHandler(log);
    assertEquals(ExitCode.UNREACHABLE, ran.exitCode());
    assertEquals(1, ran.err().lines().count(), ran.err());
    assertTrue(ran.err().contains("no node answers at no-host.invalid:1"), ran.err());
    assertEquals(List.of(), List.copyOf(log.heard));
  }
}
