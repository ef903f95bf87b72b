package dev.iommufleet.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.sharding.typed.ShardingEnvelope;
import dev.iommufleet.actors.EntityCommand;
import dev.iommufleet.actors.EntrySource;
import dev.iommufleet.actors.Ownership;
import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.config.LimitSettings;
import dev.iommufleet.config.TimeoutSettings;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/** The way from this node's services to the entities, wherever they live. */
record Gateway(
    ActorSystem<?> system,
    ActorRef<ShardingEnvelope<EntityCommand>> region,
    ActorRef<ShardingEnvelope<EntityCommand>> devices,
    EntrySource entries,
    Admission admission,
    Pending pending,
    Ownership ownership,
    LimitSettings limits,
    TimeoutSettings timeouts) {

  /**
   * The entity's answer.
   *
   * @return fails with {@link RefusedException} for a refusal, and when no answer comes
   */
  CompletionStage<EntityReply> ask(String id, EntityRequest request) {
    return ask(new Addressee(region, id, "IOMMU '%s'".formatted(id)), request);
  }

  /** The answer of a host device's entity; as {@link #ask}. */
  CompletionStage<EntityReply> askDevice(String id, EntityRequest request) {
    return ask(new Addressee(devices, id, "host device '%s'".formatted(id)), request);
  }

  /** Whose answer it is; {@code name}: as sentences name it, and no other. */
  private record Addressee(
      ActorRef<ShardingEnvelope<EntityCommand>> entities, String id, String name) {}

  private CompletionStage<EntityReply> ask(Addressee to, EntityRequest request) {
    if (admission.closed()) {
      throw new RefusedException(Errors.stopping());
    }
    if (!ownership.certain()) {
      throw new RefusedException(Errors.uncertain());
    }
    if (!admission.enter(to.name)) {
      throw new RefusedException(Errors.busy(to.name, admission.perEntity()));
    }
    var waiting = new Pending.Waiting(to.entities, Repeats.harmless(request));
    pending.add(waiting);
    AskPattern.<ShardingEnvelope<EntityCommand>, EntityReply>ask(
            to.entities,
            replyTo ->
                waiting.sends(
                    new ShardingEnvelope<>(to.id, new EntityCommand.Ask(request, replyTo))),
            timeout(request),
            system.scheduler())
        .whenComplete(
            (reply, failure) -> {
              if (failure == null) {
                waiting.answer.complete(reply);
              } else {
                waiting.answer.completeExceptionally(failure);
              }
            });
    return waiting.answer.handle(
        (reply, failure) -> {
          pending.remove(waiting);
          admission.leave(to.name);
          return answer(to.name, reply, failure);
        });
  }

  private EntityReply answer(String name, EntityReply reply, Throwable failure) {
    if (failure instanceof TimeoutException) {
      throw new RefusedException(Errors.noAnswer(name));
    }
    if (failure instanceof RefusedException refused) {
      throw refused;
    }
    if (failure != null) {
      throw new CompletionException(failure);
    }
    if (reply.hasRefusal()) {
      throw new RefusedException(reply.getRefusal());
    }
    if (!ownership.certain()) {
      throw new RefusedException(Errors.lostMeanwhile(name));
    }
    return reply;
  }

  void tell(String id, EntityRequest request, ActorRef<EntityReply> replyTo) {
    region.tell(new ShardingEnvelope<>(id, new EntityCommand.Ask(request, replyTo)));
  }

  /** As long as an answer may take: an await takes its time. */
  private Duration timeout(EntityRequest request) {
    return switch (request.getRequestCase()) {
      case ENCODED_EXECUTE -> timeout(ExecuteEnvelope.known(request.getEncodedExecute()));
      case WAIT_HOST_DEVICE ->
          Duration.ofMillis(timeouts.requestMillis())
              .plusMillis(Integer.toUnsignedLong(request.getWaitHostDevice().getWaitMillis()));
      default -> Duration.ofMillis(timeouts.requestMillis());
    };
  }

  /** The same; awaits beyond the limit are refused where they would run. */
  Duration timeout(ExecuteEnvelope request) {
    return Duration.ofMillis(
        timeouts.requestMillis() + Math.min(timeouts.awaitMaxMillis(), request.awaitMillis()));
  }
}
