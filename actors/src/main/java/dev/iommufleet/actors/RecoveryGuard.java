package dev.iommufleet.actors;

import akka.actor.typed.Behavior;
import akka.actor.typed.BehaviorInterceptor;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import dev.iommufleet.protocol.api.v1.RefusalCode;

/**
 * Answers for an entity whose journal cannot be read. The entity tries again with growing pauses;
 * meanwhile nobody has to wait for a time-out to hear why.
 */
final class RecoveryGuard extends BehaviorInterceptor<EntityCommand, EntityCommand> {
  private final String name;

  /** Null: the last recovery ended well, or the first has not ended. */
  private Throwable failure;

  RecoveryGuard(String name) {
    super(EntityCommand.class);
    this.name = name;
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
      Caller.of(ask)
          .refuse(
              Refusals.of(
                  RefusalCode.REFUSAL_CODE_RECOVERY_FAILED,
                  "the journal of %s cannot be read: %s; nothing was executed"
                      .formatted(name, cause(failure))));
      return Behaviors.same();
    }
    return entity.apply(context, command);
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
