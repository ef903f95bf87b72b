package dev.iommufleet.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.sharding.typed.ShardingEnvelope;
import dev.iommufleet.actors.EntityCommand;
import dev.iommufleet.actors.EntrySource;
import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.config.LimitSettings;
import dev.iommufleet.config.TimeoutSettings;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
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
    LimitSettings limits,
    TimeoutSettings timeouts) {

  /**
   * The entity's answer.
   *
   * @return fails with {@link RefusedException} for a refusal, and when no answer comes
   */
  CompletionStage<EntityReply> ask(String id, EntityRequest request) {
    return ask(region, id, request);
  }

  /** The answer of a host device's entity; as {@link #ask}. */
  CompletionStage<EntityReply> askDevice(String id, EntityRequest request) {
    return ask(devices, id, request);
  }

  private CompletionStage<EntityReply> ask(
      ActorRef<ShardingEnvelope<EntityCommand>> entities, String id, EntityRequest request) {
    if (admission.closed()) {
      throw new RefusedException(Errors.stopping());
    }
    if (!admission.enter(id)) {
      throw new RefusedException(Errors.busy(id, admission.perEntity()));
    }
    return AskPattern.<ShardingEnvelope<EntityCommand>, EntityReply>ask(
            entities,
            replyTo -> new ShardingEnvelope<>(id, new EntityCommand.Ask(request, replyTo)),
            timeout(request.getExecute()),
            system.scheduler())
        .handle(
            (reply, failure) -> {
              admission.leave(id);
              return answer(id, reply, failure);
            });
  }

  private static EntityReply answer(String id, EntityReply reply, Throwable failure) {
    if (failure instanceof TimeoutException) {
      throw new RefusedException(Errors.noAnswer(id));
    }
    if (failure != null) {
      throw new CompletionException(failure);
    }
    if (reply.hasRefusal()) {
      throw new RefusedException(reply.getRefusal());
    }
    return reply;
  }

  void tell(String id, EntityRequest request, ActorRef<EntityReply> replyTo) {
    region.tell(new ShardingEnvelope<>(id, new EntityCommand.Ask(request, replyTo)));
  }

  /** As long as an answer may take: an await takes its time. */
  Duration timeout(ExecuteRequest request) {
    long millis = timeouts.requestMillis();
    for (var operation : request.getOperationsList()) {
      if (operation.hasAwait()) {
        millis +=
            Math.min(
                timeouts.awaitMaxMillis(),
                Integer.toUnsignedLong(operation.getAwait().getDeadlineMillis()));
      }
    }
    return Duration.ofMillis(millis);
  }
}
