package dev.iommufleet.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import com.google.protobuf.ByteString;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.api.v1.WatchResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.atomic.AtomicLong;

/** Streams of clients, an actor each. */
record Streams(Gateway gateway) implements FleetService.Streams {
  private static final AtomicLong COUNT = new AtomicLong();

  @Override
  public ActorRef<ExecuteStream.Message> execute(ServerCallStreamObserver<ByteString> observer) {
    return spawn(ExecuteStream.create(gateway, observer), "execute-");
  }

  @Override
  public void watch(WatchRequest request, ServerCallStreamObserver<WatchResponse> observer) {
    var watcher =
        spawn(WatchStream.create(gateway, new WatchStream.Client(request, observer)), "watch-");
    observer.setOnReadyHandler(() -> watcher.tell(new WatchStream.ClientReads()));
    observer.setOnCancelHandler(() -> watcher.tell(new WatchStream.Gone()));
  }

  private <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    return gateway.system().systemActorOf(behavior, name + COUNT.incrementAndGet(), Props.empty());
  }
}
