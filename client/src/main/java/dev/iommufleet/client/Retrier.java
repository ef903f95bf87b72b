package dev.iommufleet.client;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.function.Supplier;

/** Makes calls, again where that is right. */
final class Retrier {
  private final ManagedChannel channel;
  private final String target;
  private final RetryPolicy policy;

  Retrier(ManagedChannel channel, String target, RetryPolicy policy) {
    this.channel = channel;
    this.target = target;
    this.policy = policy;
  }

  /** A call whose repeat does no harm. */
  <T> T repeatable(Supplier<T> call) {
    return run(call, true);
  }

  /** A call that is repeated only when it was not executed for certain. */
  <T> T once(Supplier<T> call) {
    return run(call, false);
  }

  private <T> T run(Supplier<T> call, boolean harmless) {
    long start = System.nanoTime();
    for (int attempt = 1; ; attempt++) {
      try {
        return call.get();
      } catch (StatusRuntimeException e) {
        var failure = Failures.of(target, e);
        boolean again = harmless ? Failures.repeatable(failure) : Failures.notExecuted(failure);
        long delayMillis =
            Math.max(policy.delayMillis(attempt), Failures.retryAfterMillis(failure));
        long spentMillis = (System.nanoTime() - start) / 1_000_000;
        if (!again || spentMillis + delayMillis > policy.giveUpAfter().toMillis()) {
          throw failure;
        }
        pause(delayMillis, failure);
      }
    }
  }

  /** gRPC waits up to minutes before it connects again by itself. */
  private void pause(long millis, FleetException failure) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
    channel.resetConnectBackoff();
  }
}
