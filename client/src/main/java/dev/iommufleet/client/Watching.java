package dev.iommufleet.client;

import dev.iommufleet.protocol.api.v1.IommuFleetGrpc.IommuFleetBlockingStub;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.api.v1.WatchResponse;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;

/**
 * What a watched IOMMU made visible, one message after the other. Reads block until there is one;
 * the node keeps no more in memory than the reader takes. Read by one thread; closed by any.
 */
public final class Watching implements Iterator<WatchResponse>, AutoCloseable {
  private final Context.CancellableContext context = Context.current().withCancellation();
  private final String target;
  private final Iterator<WatchResponse> responses;

  Watching(IommuFleetBlockingStub stub, WatchRequest request, String target) {
    this.target = target;
    var before = context.attach();
    try {
      responses = stub.watch(request);
    } finally {
      context.detach(before);
    }
  }

  /** Waits for the next message; false: the node has ended the stream. */
  @Override
  public boolean hasNext() {
    try {
      return responses.hasNext();
    } catch (StatusRuntimeException e) {
      throw Failures.of(target, e);
    }
  }

  @Override
  public WatchResponse next() {
    try {
      return responses.next();
    } catch (StatusRuntimeException e) {
      throw Failures.of(target, e);
    }
  }

  @Override
  public void close() {
    context.cancel(null);
  }
}
