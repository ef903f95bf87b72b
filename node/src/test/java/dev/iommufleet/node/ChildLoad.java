package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.read;
import static dev.iommufleet.node.Ops.write;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.IommuSession;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Clients that write one number after the other, and read each before it writes the next. */
final class ChildLoad {
  private final FleetClient client;
  private final List<String> ids;
  private volatile boolean stopped;
  private List<CompletableFuture<Result>> workers;

  /** {@code longestMillis} of one request. */
  record Result(long requests, long longestMillis) {
    Result with(Result other) {
      return new Result(requests + other.requests, Math.max(longestMillis, other.longestMillis));
    }
  }

  ChildLoad(FleetClient client, List<String> ids) {
    this.client = client;
    this.ids = ids;
  }

  void start() {
    workers =
        ids.stream()
            .map(
                id ->
                    CompletableFuture.supplyAsync(
                        () -> work(client.session(id)), task -> Thread.ofPlatform().start(task)))
            .toList();
  }

  private Result work(IommuSession session) {
    long value = 1_000;
    long longest = 0;
    session.execute(List.of(write(FEDATA, 4, value)));
    while (!stopped) {
      long begun = System.nanoTime();
      var answer = session.execute(List.of(read(FEDATA, 4), write(FEDATA, 4, ++value)));
      longest = Math.max(longest, System.nanoTime() - begun);
      long seen = answer.getReplies(0).getRegisterValue().getValue();
      if (seen != value - 1) {
        throw new AssertionError(
            "%s: %d was acknowledged and %d is there"
                .formatted(session.iommuId(), value - 1, seen));
      }
    }
    return new Result(value - 1_000, TimeUnit.NANOSECONDS.toMillis(longest));
  }

  /**
   * Ends it.
   *
   * @throws AssertionError an acknowledged write was lost, or had its effect twice
   */
  Result stop() {
    stopped = true;
    return workers.stream().map(CompletableFuture::join).reduce(Result::with).orElseThrow();
  }
}
