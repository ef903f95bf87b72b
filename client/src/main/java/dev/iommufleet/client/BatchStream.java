package dev.iommufleet.client;

import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.ExecuteStreamRequest;
import dev.iommufleet.protocol.api.v1.ExecuteStreamResponse;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc.IommuFleetStub;
import dev.iommufleet.protocol.api.v1.StreamWindow;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

/**
 * Batches sent one after the other without waiting for answers, as many as the node's window
 * allows. Batches are not repeated here: when the stream breaks, every unanswered one ends with the
 * stream's error, and the caller sends those again, with their request ids, on a new stream.
 */
public final class BatchStream implements AutoCloseable {

  private record Sent(int operations, CompletableFuture<ExecuteResponse> answer) {}

  private final String target;
  private final ArrayDeque<Sent> unanswered = new ArrayDeque<>();
  private ClientCallStreamObserver<ExecuteStreamRequest> requests;
  private StreamWindow window;
  private int operationsInFlight;
  private FleetException ended;

  private BatchStream(String target) {
    this.target = target;
  }

  static BatchStream open(IommuFleetStub stub, String target) {
    var stream = new BatchStream(target);
    stub.executeStream(stream.new Answers());
    return stream;
  }

  /**
   * Sends a batch; waits while the node's window is full.
   *
   * @return completes with the answer, or with a {@link FleetException}: a refusal concerns this
   *     batch only
   * @throws FleetException the stream has ended
   */
  public synchronized CompletableFuture<ExecuteResponse> send(ExecuteRequest batch) {
    int operations = batch.getOperationsCount();
    awaitRoom(operations);
    var answer = new CompletableFuture<ExecuteResponse>();
    unanswered.add(new Sent(operations, answer));
    operationsInFlight += operations;
    requests.onNext(ExecuteStreamRequest.newBuilder().setBatch(batch).build());
    return answer;
  }

  /** A batch that is larger than the window is sent alone; the node refuses it by name. */
  private boolean fits(int operations) {
    if (window == null) {
      return false;
    }
    if (unanswered.isEmpty()) {
      return true;
    }
    return unanswered.size() < window.getBatches()
        && operationsInFlight + operations <= window.getOperations()
        && requests.isReady();
  }

  private void awaitRoom(int operations) {
    try {
      while (ended == null && !fits(operations)) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failures.of(target, Status.CANCELLED.withCause(e).asRuntimeException());
    }
    if (ended != null) {
      throw ended;
    }
  }

  /** Ends the stream; batches already sent are still answered. */
  @Override
  public synchronized void close() {
    if (ended == null) {
      ended =
          Failures.of(target, Status.CANCELLED.withDescription("closed here").asRuntimeException());
      requests.onCompleted();
      notifyAll();
    }
  }

  private Sent takeFirst() {
    var first = unanswered.remove();
    operationsInFlight -= first.operations();
    notifyAll();
    return first;
  }

  private final class Answers
      implements ClientResponseObserver<ExecuteStreamRequest, ExecuteStreamResponse> {

    @Override
    public void beforeStart(ClientCallStreamObserver<ExecuteStreamRequest> stream) {
      requests = stream;
      stream.setOnReadyHandler(
          () -> {
            synchronized (BatchStream.this) {
              BatchStream.this.notifyAll();
            }
          });
    }

    @Override
    public void onNext(ExecuteStreamResponse response) {
      if (response.hasWindow()) {
        synchronized (BatchStream.this) {
          window = response.getWindow();
          BatchStream.this.notifyAll();
        }
        return;
      }
      Sent first;
      synchronized (BatchStream.this) {
        first = takeFirst();
      }
      if (response.hasRefusal()) {
        first.answer.completeExceptionally(new RefusedException(response.getRefusal(), null));
      } else {
        first.answer.complete(response.getResponse());
      }
    }

    @Override
    public void onError(Throwable failure) {
      end(Failures.of(target, failure));
    }

    @Override
    public void onCompleted() {
      var gone = Status.UNAVAILABLE.withDescription("the stream was ended");
      end(Failures.of(target, gone.asRuntimeException()));
    }

    private void end(FleetException failure) {
      ArrayDeque<Sent> lost;
      synchronized (BatchStream.this) {
        ended = failure;
        lost = new ArrayDeque<>(unanswered);
        unanswered.clear();
        BatchStream.this.notifyAll();
      }
      lost.forEach(sent -> sent.answer.completeExceptionally(failure));
    }
  }
}
