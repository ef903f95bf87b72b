package dev.iommufleet.actors;

import akka.actor.typed.Behavior;
import akka.actor.typed.BehaviorInterceptor;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import dev.iommufleet.protocol.api.v1.RefusalCode;

/**
 * Answers for an entity whose journal cannot be read. The entity tries again with growing pauses;
 * meanwhile nobody has to wait for a time-out to hear why.
 */
final class RecoveryGuard extends BehaviorInterceptor<EntityCommand, EntityCommand> {
  private final String name;
  private final EntityEnvironment environment;
  private final Runnable stopped;

  /** Null: the last recovery ended well, or the first has not ended. */
  private Throwable failure;

  /** {@code stopped} runs once the entity has left memory. */
  RecoveryGuard(String name, EntityEnvironment environment, Runnable stopped) {
    super(EntityCommand.class);
    this.name = name;
    this.environment = environment;
    this.stopped = stopped;
  }

  void recovered() {
    failure = null;
  }

  void failed(Throwable why) {
    failure = why;
  }

  @Override
  public Behavior<EntityCommand> aroundReceive(
      TypedActorContext<EntityCommand> context,
      EntityCommand command,
      ReceiveTarget<EntityCommand> entity) {
    if (failure != null && command instanceof EntityCommand.Ask ask) {
      Caller.of(ask, environment)
          .refuse(
              Refusals.of(
                  RefusalCode.REFUSAL_CODE_RECOVERY_FAILED,
                  "the journal of %s cannot be read: %s; nothing was executed"
                      .formatted(name, cause(failure))));
      return Behaviors.same();
    }
    return entity.apply(context, command);
  }

  @Override
  public Behavior<EntityCommand> aroundSignal(
      TypedActorContext<EntityCommand> context, Signal signal, SignalTarget<EntityCommand> entity) {
    if (signal instanceof PostStop) {
      stopped.run();
    }
    return entity.apply(context, signal);
  }

  /** The innermost says what is wrong with the bytes; the others say where we were. */
  private static String cause(Throwable failure) {
    var innermost = failure;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    return innermost.getMessage();
  }
}
