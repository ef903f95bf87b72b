package dev.iommufleet.cli.demo;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import dev.iommufleet.cli.Printer;
import dev.iommufleet.cli.capture.MappedCodec;
import dev.iommufleet.cli.lab.NodeProcess;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One run: a fleet, four guests, a kill in the middle. */
final class Demo {
  private static final double KILL_AT = 0.4;
  private static final long TICK_MILLIS = 50;
  private static final long SETTLE_MILLIS = 10_000;

  private final Printer print;
  private final Path data;
  private final Path log;
  private final Gate gate = new Gate();
  private final List<Guest> guests = Guest.all();
  private long restartMillis;
  private DeviceLab devices;

  Demo(Printer print, Path data) {
    this.print = print;
    this.data = data;
    this.log = data.resolve("node.log");
  }

  int run() throws InterruptedException {
    long start = System.nanoTime();
    var first = NodeProcess.start(data, 0, log);
    NodeProcess second;
    try (first;
        var client = FleetClient.connect(first.target(), RetryPolicy.NONE);
        var progress = new Progress(print.err(), guests.stream().mapToLong(Guest::bytes).sum())) {
      progress.say("node %d serves at %s", first.pid(), first.target());
      guests.forEach(guest -> guest.start(client, gate));
      devices = DeviceLab.start(first.target(), new MappedCodec(JournalLevel.JOURNAL_LEVEL_FACTS));
      follow(progress, KILL_AT);
      kill(first, progress);
      second = restart(first.port(), progress);
      gate.open();
      follow(progress, 1);
      for (var guest : guests) {
        guest.join();
      }
      devices.stop();
    }
    boolean agreed = devices.agree();
    second.stop();
    second.close();
    var result = new DemoResult(guests, data, restartMillis, millisSince(start));
    result.print(print);
    if (!print.json()) {
      devices.print(print);
      agreed &= Stories.tell(print);
    }
    return result.matched() && agreed ? DONE : FOUND;
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }

  /** Until so much of all recordings was read, or nobody reads any more. */
  private void follow(Progress progress, double share) throws InterruptedException {
    long total = guests.stream().mapToLong(Guest::bytes).sum();
    while (true) {
      long done = guests.stream().mapToLong(Guest::bytesRead).sum();
      progress.at(done, guests.stream().mapToLong(it -> it.report().operations()).sum());
      if (done >= share * total && share < 1 || guests.stream().noneMatch(Guest::running)) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
    }
  }

  private void kill(NodeProcess node, Progress progress) throws InterruptedException {
    gate.close();
    node.kill();
    // Answers that arrived before the end are still on their way to the guests.
    long start = System.nanoTime();
    while (gate.waiting() < guests.stream().filter(Guest::running).count()
        && millisSince(start) < SETTLE_MILLIS) {
      TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
    }
    guests.forEach(guest -> guest.before = guest.acknowledged());
    progress.say(
        "node %d killed with SIGKILL; %d guests were in the middle of a request",
        node.pid(), gate.waiting());
  }

  private NodeProcess restart(int port, Progress progress) {
    long start = System.nanoTime();
    var node = NodeProcess.start(data, port, log);
    restartMillis = millisSince(start);
    var patient = RetryPolicy.DEFAULT.withGiveUpAfter(Duration.ofSeconds(30));
    try (var client = FleetClient.connect(node.target(), patient)) {
      client.list(1, "");
      for (var guest : guests) {
        long asked = System.nanoTime();
        guest.recovered = client.get(guest.id());
        guest.recoveryMillis = millisSince(asked);
      }
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
    progress.say(
        "node %d serves on the same data after %.1f s", node.pid(), restartMillis / 1_000.0);
    return node;
  }
}
