package dev.iommufleet.actors;

import akka.actor.typed.Behavior;
import akka.actor.typed.BehaviorInterceptor;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers for an entity whose journal cannot be read, or not now. The entity tries again with
 * growing pauses; meanwhile nobody has to wait for a time-out to hear why.
 */
final class RecoveryGuard extends BehaviorInterceptor<EntityCommand, EntityCommand> {
  private final String name;
  private final EntityEnvironment environment;
  private final Runnable stopped;

  /** Let in, not begun; more than one only while the entity recovers or writes. */
  private final List<EntityCommand.Ask> waiting = new ArrayList<>(0);

  /** Refused while they waited; the entity still has them. */
  private final List<EntityCommand.Ask> refused = new ArrayList<>(0);

  private boolean toldToStop;

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

  /** While it recovers an entity keeps such a command for later, and its shard waits for it. */
  boolean toldToStop() {
    return toldToStop;
  }

  /** Whoever waits for a journal that is away is told so, and is not served later. */
  void failed(Throwable why) {
    failure = why;
    if (JournalOutage.is(why)) {
      waiting.forEach(ask -> Caller.of(ask, environment).refuse(refusal(why)));
      refused.addAll(waiting);
      waiting.clear();
    }
  }

  /** The entity turns to a request. False: its caller was refused, and it is not executed. */
  boolean begins(EntityCommand.Ask ask) {
    int place = place(waiting, ask);
    if (place >= 0) {
      // They come in order: those before it were dropped.
      waiting.subList(0, place + 1).clear();
      return true;
    }
    place = place(refused, ask);
    if (place < 0) {
      return true;
    }
    refused.subList(0, place + 1).clear();
    return false;
  }

  /** By identity: two requests may say the same. */
  private static int place(List<EntityCommand.Ask> asks, EntityCommand.Ask ask) {
    for (int i = 0; i < asks.size(); i++) {
      if (asks.get(i) == ask) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public Behavior<EntityCommand> aroundReceive(
      TypedActorContext<EntityCommand> context,
      EntityCommand command,
      ReceiveTarget<EntityCommand> entity) {
    if (command instanceof EntityCommand.Ask ask) {
      if (failure != null) {
        Caller.of(ask, environment).refuse(refusal(failure));
        return Behaviors.same();
      }
      waiting.add(ask);
    }
    if (command instanceof EntityCommand.Stop) {
      if (failure != null) {
        return Behaviors.stopped();
      }
      toldToStop = true;
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

  private Refusal refusal(Throwable failure) {
    return JournalOutage.is(failure)
        ? Refusals.of(
            RefusalCode.REFUSAL_CODE_JOURNAL_UNAVAILABLE,
            "the journal of %s cannot be reached now: %s; nothing was executed; repeat it"
                .formatted(name, cause(failure)))
        : Refusals.of(
            RefusalCode.REFUSAL_CODE_RECOVERY_FAILED,
            "the journal of %s cannot be read: %s; nothing was executed"
                .formatted(name, cause(failure)));
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
