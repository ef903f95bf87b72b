package dev.iommufleet.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import dev.iommufleet.actors.IommuEntity;
import dev.iommufleet.actors.Refusals;
import dev.iommufleet.actors.Watched;
import dev.iommufleet.protocol.api.v1.CaughtUp;
import dev.iommufleet.protocol.api.v1.Lagged;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import dev.iommufleet.protocol.api.v1.WatchKind;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.api.v1.WatchResponse;
import dev.iommufleet.protocol.api.v1.WatchedEntry;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.cluster.v1.StopWatch;
import dev.iommufleet.protocol.cluster.v1.WatchCredit;
import dev.iommufleet.protocol.journal.v1.Entry;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * One client that watches one IOMMU: from the journal until it has caught up, then live. The
 * subscription is renewed now and then, so an entity that started again or moved is found.
 */
final class WatchStream extends AbstractBehavior<WatchStream.Message> {
  /** Entries that are read from the journal at once. */
  private static final int PAGE = 16;

  /** What happens to a watcher. */
  sealed interface Message {}

  /** The client has gone. */
  record Gone() implements Message {}

  record ClientReads() implements Message {}

  private record Answer(EntityReply reply) implements Message {}

  private record Page(List<Entry> entries, Throwable failure) implements Message {}

  private record Renew() implements Message {}

  private final Gateway gateway;
  private final WatchRequest request;
  private final Set<WatchKind> kinds;
  private final ServerCallStreamObserver<WatchResponse> client;
  private final ActorRef<EntityReply> replyTo;

  /** The next entry to serve; 0: whatever comes first. */
  private long next;

  /** The journal is read up to here; 0: live, or not begun. */
  private long readUpTo;

  private boolean reading;
  private boolean toldCaughtUp;
  private boolean heard;

  /** The client was told the end, or has gone. */
  private boolean over;

  /** Live entries served while the client did not read; their credit is held back. */
  private int heldCredit;

  private WatchStream(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      Gateway gateway,
      Client client) {
    super(context);
    this.gateway = gateway;
    this.request = client.request;
    this.kinds = Watched.kinds(request);
    this.client = client.observer;
    this.replyTo = context.messageAdapter(EntityReply.class, Answer::new);
    this.next = request.getFromSequence();
    timers.startTimerWithFixedDelay(
        new Renew(), Duration.ofMillis(gateway.timeouts().watchRenewalMillis()));
    subscribe();
  }

  /** Who watches what. */
  record Client(WatchRequest request, ServerCallStreamObserver<WatchResponse> observer) {}

  static Behavior<Message> create(Gateway gateway, Client client) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new WatchStream(context, timers, gateway, client)));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onAnyMessage(this::on)
        .onSignal(PostStop.class, _ -> cutOff())
        .build();
  }

  /** The node leaves its cluster: the client watches on at another. */
  private Behavior<Message> cutOff() {
    if (!over) {
      client.onError(Errors.of(Errors.cutOff()));
    }
    return this;
  }

  private Behavior<Message> end(RuntimeException why) {
    over = true;
    client.onError(why);
    return Behaviors.stopped();
  }

  private Behavior<Message> on(Message message) {
    return switch (message) {
      case Answer(var reply) -> answered(reply);
      case Page page -> read(page);
      case ClientReads() -> {
        grant(heldCredit);
        heldCredit = 0;
        readOn();
        yield this;
      }
      case Renew() -> renew();
      case Gone() -> {
        over = true;
        tell(EntityRequest.newBuilder().setStopWatch(StopWatch.getDefaultInstance()));
        yield Behaviors.stopped();
      }
    };
  }

  private Behavior<Message> answered(EntityReply reply) {
    heard = true;
    if (reply.hasRefusal()) {
      return end(Errors.of(reply.getRefusal()));
    }
    switch (reply.getWatch().getEventCase()) {
      case ENTRY -> live(reply.getWatch().getEntry());
      case CAUGHT_UP -> caughtUp(reply.getWatch().getCaughtUp());
      case LAGGED -> behind(reply.getWatch().getLagged().getServedSequence());
      case EVENT_NOT_SET -> {}
    }
    return this;
  }

  private void live(WatchedEntry entry) {
    if (Long.compareUnsigned(entry.getSequenceNumber(), next) >= 0 && readUpTo == 0) {
      serve(entry);
    }
    if (client.isReady()) {
      grant(1);
    } else {
      heldCredit++;
    }
  }

  private void serve(WatchedEntry entry) {
    client.onNext(WatchResponse.newBuilder().setEntry(entry).build());
    next = entry.getSequenceNumber() + 1;
  }

  private void caughtUp(CaughtUp position) {
    if (readUpTo != 0) {
      return;
    }
    next = position.getSequenceNumber() + 1;
    if (!toldCaughtUp) {
      toldCaughtUp = true;
      client.onNext(WatchResponse.newBuilder().setCaughtUp(position).build());
    }
  }

  /** The entity does not serve us until we have read the journal up to {@code end}. */
  private void behind(long end) {
    if (toldCaughtUp) {
      toldCaughtUp = false;
      client.onNext(
          WatchResponse.newBuilder()
              .setLagged(Lagged.newBuilder().setServedSequence(next - 1))
              .build());
    }
    readUpTo = end;
    readOn();
  }

  private void readOn() {
    if (readUpTo == 0 || reading || !client.isReady()) {
      return;
    }
    reading = true;
    var journal = IommuEntity.persistenceId(request.getIommuId()).id();
    getContext()
        .pipeToSelf(
            gateway.entries().read(Entry.class, journal, next, Math.min(next + PAGE - 1, readUpTo)),
            Page::new);
  }

  private Behavior<Message> read(Page page) {
    reading = false;
    if (page.failure != null) {
      return end(
          Errors.of(
              Refusals.of(
                  RefusalCode.REFUSAL_CODE_JOURNAL_UNAVAILABLE,
                  "the journal cannot be read now; watch again from entry " + next)));
    }
    for (var entry : page.entries) {
      var seen = Watched.of(next, entry, kinds);
      if (seen.getFactsCount() > 0) {
        serve(seen);
      } else {
        next++;
      }
    }
    if (next > readUpTo) {
      readUpTo = 0;
      subscribe();
    } else if (!page.entries.isEmpty()) {
      readOn();
    }
    return this;
  }

  private Behavior<Message> renew() {
    if (!heard) {
      return end(Errors.of(Errors.noAnswer(request.getIommuId())));
    }
    if (readUpTo == 0) {
      subscribe();
    } else {
      readOn();
    }
    return this;
  }

  private void subscribe() {
    tell(EntityRequest.newBuilder().setWatch(request.toBuilder().setFromSequence(next)));
  }

  private void grant(int entries) {
    if (entries > 0) {
      tell(EntityRequest.newBuilder().setWatchCredit(WatchCredit.newBuilder().setEntries(entries)));
    }
  }

  private void tell(EntityRequest.Builder message) {
    gateway.tell(request.getIommuId(), message.build(), replyTo);
  }
}
