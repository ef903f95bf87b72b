package dev.iommufleet.node;

import dev.iommufleet.actors.RefusedException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How calls with one answer are answered. */
final class Calls {
  private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

  private Calls() {}

  /** The answer is the {@code part} of what {@code work} comes to. */
  static <R, T> void answer(
      Supplier<CompletionStage<R>> work, Function<R, T> part, StreamObserver<T> observer) {
    try {
      work.get()
          .thenApply(part)
          .whenComplete(
              (answer, failure) -> {
                if (failure != null) {
                  observer.onError(error(failure));
                } else {
                  observer.onNext(answer);
                  observer.onCompleted();
                }
              });
    } catch (RuntimeException e) {
      observer.onError(error(e));
    }
  }

  static RuntimeException error(Throwable failure) {
    var cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (!(cause instanceof RefusedException)) {
      LOG.error("a call failed", cause);
    }
    return Errors.of(cause);
  }
}
