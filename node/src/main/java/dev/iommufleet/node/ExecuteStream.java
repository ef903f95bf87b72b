package dev.iommufleet.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import com.google.protobuf.ByteString;
import dev.iommufleet.actors.Departures;
import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.actors.RequestCheck;
import dev.iommufleet.protocol.api.v1.ExecuteStreamResponse;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.api.v1.StreamWindow;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;

/**
 * One client's stream of batches. Batches go to their entity in order, as long as the window has
 * room; answers go back in the same order. The next message is asked for only when an answer was
 * taken by a client that reads, so neither side can make the node hold more than a window.
 */
final class ExecuteStream extends AbstractBehavior<ExecuteStream.Message> {

  /** What happens to a stream. */
  sealed interface Message {}

  record Batch(ExecuteEnvelope request) implements Message {}

  /** The client has sent its last batch. */
  record Ended() implements Message {}

  /** The client has gone. */
  record Gone() implements Message {}

  record ClientReads() implements Message {}

  record Answer(EntityReply reply) implements Message {}

  private record RoomMaybe() implements Message {}

  private record Look() implements Message {}

  private final Gateway gateway;
  private final ServerCallStreamObserver<ByteString> client;
  private final ActorRef<EntityReply> replyTo;

  /** Not answered yet, in the order of arrival. */
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

  private String iommuId = "";
  private long batches;
  private long operationsInFlight;

  /** How many of {@link #waiting}, from the first on, were sent to their entity or answered. */
  private int dispatched;

  /** Messages that may be asked for once the client reads again. */
  private int owedRequests;

  private boolean ended;
  private boolean waitsForRoom;

  /** The client was told the end, or has gone. */
  private boolean over;

  private static final class Waiting {
    final long number;
    final String iommuId;
    final int operations;
    ExecuteEnvelope request;

    /** Encoded, or null. */
    ByteString answer;

    boolean sent;
    long deadlineNanos;

    /** It is sent again, if it has an id: the message may have been lost. */
    long sentNanos;

    int attempts;

    boolean isDue(long now, boolean moves) {
      return sent && request != null && now - sentNanos >= Pending.pauseNanos(attempts - 1, moves);
    }

    Waiting(long number, String iommuId, ExecuteEnvelope request) {
      this.number = number;
      this.iommuId = iommuId;
      this.request = request;
      this.operations = request.operations();
    }
  }

  private ExecuteStream(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      Gateway gateway,
      ServerCallStreamObserver<ByteString> client) {
    super(context);
    this.gateway = gateway;
    this.client = client;
    this.replyTo = context.messageAdapter(EntityReply.class, Answer::new);
    timers.startTimerWithFixedDelay(new Look(), Pending.LOOK);
    int window = gateway.limits().requestsInFlight();
    client.onNext(
        ExecuteStreamResponse.newBuilder()
            .setWindow(
                StreamWindow.newBuilder()
                    .setBatches(window)
                    .setOperations(gateway.limits().streamOperationsInFlight()))
            .build()
            .toByteString());
    client.request(window);
  }

  static Behavior<Message> create(Gateway gateway, ServerCallStreamObserver<ByteString> client) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new ExecuteStream(context, timers, gateway, client)));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onAnyMessage(this::on)
        .onSignal(PostStop.class, _ -> cutOff())
        .build();
  }

  /** The node leaves its cluster. What is not answered may have run. */
  private Behavior<Message> cutOff() {
    if (!over && !client.isCancelled()) {
      client.onError(Errors.of(Errors.cutOff()));
    }
    return this;
  }

  private Behavior<Message> on(Message message) {
    switch (message) {
      case Batch(var request) -> take(request);
      case Answer(var reply) -> answered(reply);
      case Ended() -> ended = true;
      case ClientReads() -> askForMore();
      case RoomMaybe() -> {
        waitsForRoom = false;
        dispatch();
      }
      case Look() -> lookForLost();
      case Gone() -> {
        return gone();
      }
    }
    if (ended && waiting.isEmpty()) {
      client.onCompleted();
      over = true;
      return Behaviors.stopped();
    }
    return this;
  }

  private void take(ExecuteEnvelope request) {
    if (iommuId.isEmpty()) {
      iommuId = request.iommuId();
    }
    var id = request.iommuId().isEmpty() ? iommuId : request.iommuId();
    waiting.add(new Waiting(++batches, id, request));
    dispatch();
  }

  /** Sends what the window lets through, in order. */
  private void dispatch() {
    if (waitsForRoom || dispatched == waiting.size()) {
      return;
    }
    var rest = waiting.stream().skip(dispatched).iterator();
    while (rest.hasNext() && send(rest.next())) {
      dispatched++;
    }
    flush();
  }

  private boolean send(Waiting batch) {
    try {
      RequestCheck.id(batch.iommuId);
    } catch (RefusedException e) {
      refuse(batch, e.refusal());
      return true;
    }
    boolean alone = operationsInFlight == 0;
    if (!alone
        && operationsInFlight + batch.operations > gateway.limits().streamOperationsInFlight()) {
      return false;
    }
    if (gateway.admission().closed()) {
      refuse(batch, Errors.stopping());
      return true;
    }
    if (!gateway.ownership().certain()) {
      refuse(batch, Errors.uncertain());
      return true;
    }
    var self = getContext().getSelf();
    if (!gateway.admission().enter(batch.iommuId, () -> self.tell(new RoomMaybe()))) {
      waitsForRoom = true;
      return false;
    }
    batch.sent = true;
    operationsInFlight += batch.operations;
    batch.deadlineNanos = System.nanoTime() + gateway.timeout(batch.request).toNanos();
    transmit(batch);
    if (!batch.request.hasId()) {
      batch.request = null;
    }
    return true;
  }

  private void transmit(Waiting batch) {
    batch.sentNanos = System.nanoTime();
    batch.attempts++;
    gateway.tell(
        batch.iommuId,
        EntityRequest.newBuilder()
            .setCorrelation(batch.number)
            .setEncodedExecute(batch.request.bytes())
            .build(),
        replyTo);
  }

  private void answered(EntityReply reply) {
    for (var batch : waiting) {
      if (batch.number == reply.getCorrelation()) {
        if (batch.answer == null) {
          settle(batch, reply);
        }
        break;
      }
    }
    flush();
    dispatch();
  }

  private void settle(Waiting batch, EntityReply reply) {
    leave(batch);
    batch.request = null;
    if (reply.hasRefusal()) {
      batch.answer = answer(batch, reply.getRefusal());
    } else if (!gateway.ownership().certain()) {
      batch.answer = answer(batch, Errors.lostMeanwhile(batch.iommuId));
    } else {
      batch.answer = RawExecute.answer(batch.number, reply.getEncodedExecute());
    }
  }

  private void refuse(Waiting batch, Refusal refusal) {
    leave(batch);
    batch.answer = answer(batch, refusal);
  }

  private static ByteString answer(Waiting batch, Refusal refusal) {
    return ExecuteStreamResponse.newBuilder()
        .setBatch(batch.number)
        .setRefusal(refusal)
        .build()
        .toByteString();
  }

  private void leave(Waiting batch) {
    if (batch.sent) {
      batch.sent = false;
      operationsInFlight -= batch.operations;
      gateway.admission().leave(batch.iommuId);
    }
  }

  /** Answers as far as they follow each other. */
  private void flush() {
    while (!waiting.isEmpty() && waiting.peek().answer != null && !client.isCancelled()) {
      client.onNext(waiting.remove().answer);
      dispatched--;
      owedRequests++;
    }
    askForMore();
  }

  private void askForMore() {
    if (owedRequests > 0 && client.isReady()) {
      client.request(owedRequests);
      owedRequests = 0;
    }
  }

  /** A message can be lost while a shard moves: nobody else would ever answer. */
  private void lookForLost() {
    long now = System.nanoTime();
    boolean moves = Departures.get(gateway.system()).any();
    for (var batch : waiting) {
      if (batch.sent && now - batch.deadlineNanos > 0) {
        refuse(batch, Errors.noAnswer(batch.iommuId));
      } else if (batch.isDue(now, moves)) {
        transmit(batch);
      }
    }
    flush();
    dispatch();
  }

  private Behavior<Message> gone() {
    waiting.forEach(this::leave);
    over = true;
    return Behaviors.stopped();
  }
}
