package dev.iommufleet.client;

import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.ExecuteStreamRequest;
import dev.iommufleet.protocol.api.v1.ExecuteStreamResponse;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc;
import dev.iommufleet.protocol.api.v1.RequestId;
import dev.iommufleet.protocol.api.v1.StreamWindow;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Batches to one IOMMU, many in flight, answered in order. When the node goes away the stream is
 * opened again and what was not answered is sent again with the same ids, so each batch has one
 * effect. {@link #send} waits while the node's window is full. Thread-safe.
 */
public final class IommuStream implements AutoCloseable {
  private final FleetClient client;
  private final String iommuId;

  /** Sent and not answered, in order; guarded by this. */
  private final ArrayDeque<Batch> inFlight = new ArrayDeque<>();

  private StreamObserver<ExecuteStreamRequest> out;
  private Answers current;
  private StreamWindow window = StreamWindow.getDefaultInstance();
  private int operationsInFlight;
  private String session = UUID.randomUUID().toString();
  private long sequence;
  private int failures;
  private long failingSinceNanos;
  private FleetException broken;
  private boolean closed;

  private static final class Batch {
    final ExecuteRequest request;
    final CompletableFuture<ExecuteResponse> answer = new CompletableFuture<>();
    long sequence;
    int attempts;

    Batch(ExecuteRequest request) {
      this.request = request;
    }
  }

  IommuStream(FleetClient client, String iommuId) {
    this.client = client;
    this.iommuId = iommuId;
    open();
  }

  /**
   * @param request ids of IOMMU and request are filled in
   * @return completes with the answer, or with a {@link FleetException}; on the thread that moves
   *     the bytes, so what depends on it must not block
   */
  public synchronized CompletableFuture<ExecuteResponse> send(ExecuteRequest request) {
    awaitRoomFor(request);
    if (broken != null) {
      return CompletableFuture.failedFuture(broken);
    }
    if (closed) {
      throw new IllegalStateException("the stream to " + iommuId + " is closed");
    }
    var batch = new Batch(request);
    batch.sequence = ++sequence;
    inFlight.add(batch);
    operationsInFlight += request.getOperationsCount();
    transmit(batch);
    return batch.answer;
  }

  private boolean roomFor(ExecuteRequest request) {
    return window.getBatches() > 0
        && out != null
        && inFlight.size() < window.getBatches()
        && (inFlight.isEmpty()
            || operationsInFlight + request.getOperationsCount() <= window.getOperations());
  }

  private void awaitRoomFor(ExecuteRequest request) {
    try {
      while (broken == null && !closed && !roomFor(request)) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the window was full", e);
    }
  }

  private void transmit(Batch batch) {
    batch.attempts++;
    out.onNext(
        ExecuteStreamRequest.newBuilder()
            .setBatch(
                batch.request.toBuilder()
                    .setIommuId(iommuId)
                    .setRequestId(
                        RequestId.newBuilder().setSession(session).setSequence(batch.sequence)))
            .build());
  }

  private synchronized void open() {
    if (closed) {
      return;
    }
    // gRPC waits up to minutes before it connects again by itself.
    client.channel().resetConnectBackoff();
    current = new Answers();
    window = StreamWindow.getDefaultInstance();
    out = IommuFleetGrpc.newStub(client.channel()).executeStream(current);
  }

  private final class Answers implements StreamObserver<ExecuteStreamResponse> {
    @Override
    public void onNext(ExecuteStreamResponse response) {
      switch (response.getResultCase()) {
        case WINDOW -> opened(this, response.getWindow());
        case RESPONSE, REFUSAL -> answered(this, response);
        case RESULT_NOT_SET -> {}
      }
    }

    @Override
    public void onError(Throwable failure) {
      lost(this, failure);
    }

    @Override
    public void onCompleted() {
      lost(this, Status.UNAVAILABLE.withDescription("the node ended").asRuntimeException());
    }
  }

  private synchronized void opened(Answers from, StreamWindow granted) {
    if (from == current) {
      window = granted;
      inFlight.forEach(this::transmit);
      notifyAll();
    }
  }

  private void answered(Answers from, ExecuteStreamResponse response) {
    Batch done;
    synchronized (this) {
      if (from != current || inFlight.isEmpty()) {
        return;
      }
      if (response.hasRefusal() && sendAgain(new RefusedException(response.getRefusal(), null))) {
        return;
      }
      failures = 0;
      done = inFlight.remove();
      operationsInFlight -= done.request.getOperationsCount();
      notifyAll();
    }
    if (response.hasRefusal()) {
      done.answer.completeExceptionally(new RefusedException(response.getRefusal(), null));
    } else {
      done.answer.complete(response.getResponse());
    }
  }

  /**
   * Whether the refusal concerns all that is in flight, which then goes again over a new stream.
   */
  private boolean sendAgain(FleetException refusal) {
    if (Failures.sessionMayBeginAnew(refusal, inFlight.peek().attempts == 1)) {
      session = UUID.randomUUID().toString();
      sequence = 0;
      inFlight.forEach(batch -> batch.sequence = ++sequence);
    } else if (!Failures.repeatable(refusal) || !patient()) {
      return false;
    }
    var old = out;
    reopen();
    old.onError(Status.CANCELLED.asRuntimeException());
    return true;
  }

  private void lost(Answers from, Throwable failure) {
    FleetException end = null;
    synchronized (this) {
      if (from != current || closed) {
        return;
      }
      var known = Failures.of(client.target(), failure);
      if (Failures.repeatable(known) && patient()) {
        reopen();
      } else {
        broken = known;
        end = known;
        notifyAll();
      }
    }
    if (end != null) {
      failAll(end);
    }
  }

  private boolean patient() {
    long now = System.nanoTime();
    if (failures == 0) {
      failingSinceNanos = now;
    }
    return now - failingSinceNanos < client.policy().giveUpAfter().toNanos();
  }

  private void reopen() {
    current = null;
    out = null;
    long pause = client.policy().delayMillis(++failures);
    CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS).execute(this::open);
  }

  private void failAll(FleetException why) {
    while (true) {
      Batch batch;
      synchronized (this) {
        batch = inFlight.poll();
      }
      if (batch == null) {
        return;
      }
      batch.answer.completeExceptionally(why);
    }
  }

  /** Waits until every batch is answered. */
  public void drain() {
    while (true) {
      CompletableFuture<ExecuteResponse> last;
      synchronized (this) {
        if (inFlight.isEmpty()) {
          return;
        }
        last = inFlight.peekLast().answer;
      }
      last.handle((_, _) -> null).join();
    }
  }

  /** What is in flight is given up; {@link #drain} first to wait for it. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (out != null) {
        out.onCompleted();
      }
      notifyAll();
    }
    failAll(
        Failures.of(
            client.target(), Status.CANCELLED.withDescription("closed here").asRuntimeException()));
  }
}
