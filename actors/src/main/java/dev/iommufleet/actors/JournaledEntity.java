package dev.iommufleet.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.BackoffSupervisorStrategy;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.RecoveryFailed;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import akka.persistence.typed.javadsl.SignalHandler;
import dev.iommufleet.actors.EntityCommand.Ask;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.protocol.cluster.v1.Awake;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What entities have in common. Each takes one message at a time, lets the hardware run it in
 * place, writes one entry for what came of it, and lets nothing out before the entry is in the
 * journal. Whatever goes wrong on the way, the hardware is thrown away and made anew from the
 * journal.
 */
abstract class JournaledEntity<E, S> extends EventSourcedBehavior<EntityCommand, E, S> {
  final String id;
  final ActorContext<EntityCommand> context;
  final TimerScheduler<EntityCommand> timers;
  final EntityEnvironment environment;

  /** As sentences name it: IOMMU 'i1'. */
  final String name;

  private final ActorRef<ClusterSharding.ShardCommand> shard;

  /**
   * Those whose entry is being written: after a failed write nobody else knows of them. Outlives
   * every restart of this actor.
   */
  private final List<Caller> unanswered;

  private final RecoveryGuard guard;
  private boolean busyLately;

  /** What an entity is given by those around it. The last two outlive every restart of it. */
  record Shell(
      String id,
      String name,
      ActorRef<ClusterSharding.ShardCommand> shard,
      EntityEnvironment environment,
      ActorContext<EntityCommand> context,
      TimerScheduler<EntityCommand> timers,
      List<Caller> unanswered,
      RecoveryGuard guard) {}

  JournaledEntity(PersistenceId persistenceId, Shell shell) {
    super(persistenceId, backoff(shell.environment));
    this.id = shell.id;
    this.name = shell.name;
    this.context = shell.context;
    this.timers = shell.timers;
    this.shard = shell.shard;
    this.unanswered = shell.unanswered;
    this.guard = shell.guard;
    this.environment = shell.environment;
    var idle = Duration.ofMillis(environment.settings().idleMillis());
    shell.timers.startTimerWithFixedDelay(new EntityCommand.LookAround(), idle);
  }

  /** The behaviour of an entity; {@code shard} is asked when it may leave memory. */
  static Behavior<EntityCommand> supervised(
      String id,
      String name,
      ActorRef<ClusterSharding.ShardCommand> shard,
      EntityEnvironment environment,
      Function<Shell, Behavior<EntityCommand>> entity) {
    var unanswered = new ArrayList<Caller>(1);
    var guard = new RecoveryGuard(name);
    Behavior<EntityCommand> behavior =
        Behaviors.setup(
            context ->
                Behaviors.withTimers(
                    timers ->
                        entity.apply(
                            new Shell(
                                id,
                                name,
                                shard,
                                environment,
                                context,
                                timers,
                                unanswered,
                                guard))));
    return Behaviors.intercept(
        () -> guard,
        Behaviors.supervise(behavior).onFailure(Exception.class, backoff(environment)));
  }

  private static BackoffSupervisorStrategy backoff(EntityEnvironment environment) {
    var settings = environment.settings();
    return SupervisorStrategy.restartWithBackoff(
        Duration.ofMillis(settings.backoffMinMillis()),
        Duration.ofMillis(settings.backoffMaxMillis()),
        0.2);
  }

  // ---- recovery ----------------------------------------------------------------------------

  /** The journal has been read; the state is what it was. */
  abstract void recovered(S state);

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(environment.settings().snapshotEntries(), 1);
  }

  @Override
  public SignalHandler<S> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::onRecovered)
        .onSignal(RecoveryFailed.class, (_, signal) -> guard.failed(signal.getFailure()))
        .build();
  }

  private void onRecovered(S state) {
    guard.recovered();
    unanswered.forEach(caller -> caller.refuse(EntityRefusals.journalUnavailable()));
    unanswered.clear();
    recovered(state);
  }

  // ---- memory ------------------------------------------------------------------------------

  /** Somebody needed the entity. */
  void touch() {
    busyLately = true;
  }

  void leaveMemory() {
    shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
  }

  Effect<E, S> lookAround(boolean needed) {
    if (!busyLately && !needed) {
      leaveMemory();
    }
    busyLately = false;
    return Effect().none();
  }

  // ---- answers -----------------------------------------------------------------------------

  /** Answers what is refused; a failure of ours goes on to the supervisor. */
  Effect<E, S> answering(Ask ask, Supplier<Effect<E, S>> request) {
    touch();
    try {
      return request.get();
    } catch (RefusedException e) {
      Caller.of(ask).refuse(e.refusal());
      return Effect().none();
    } catch (MalformedException e) {
      Caller.of(ask).refuse(Refusals.malformed(e));
      return Effect().none();
    } catch (ModelFailure e) {
      throw e;
    } catch (RuntimeException e) {
      // The supervisor makes the entity anew; the caller need not wait for it.
      Caller.of(ask).refuse(EntityRefusals.erred(name, e));
      throw e;
    }
  }

  Effect<E, S> awake(Ask ask) {
    var caller = Caller.of(ask);
    caller.tell(caller.reply().setAwake(Awake.getDefaultInstance()));
    return Effect().none();
  }

  /** What is told to each of the callers once an entry is in the journal. */
  @FunctionalInterface
  interface Answers<S> {
    Function<Caller, EntityReply.Builder> from(S state);
  }

  /** Writes the entry; then, and only then, answers. */
  Effect<E, S> persist(E event, int bytes, List<Caller> callers, Answers<S> answers) {
    checkSize(bytes);
    unanswered.addAll(callers);
    return Effect()
        .persist(event)
        .thenRun(
            (S state) -> {
              unanswered.clear();
              var answer = answers.from(state);
              callers.forEach(caller -> caller.tell(answer.apply(caller)));
            })
        .thenUnstashAll();
  }

  /** An entry that is too large is our failure: requests are cut into segments far below that. */
  private void checkSize(int bytes) {
    int most = environment.settings().limits().entryBytes();
    if (bytes > most) {
      throw new IllegalStateException(
          "an entry of %s has %d bytes and %d is the most".formatted(name, bytes, most));
    }
  }

  /** Nothing to write. */
  Effect<E, S> done() {
    return Effect().none();
  }

  /** Nothing to write, and those that waited for this request go on. */
  Effect<E, S> doneAndUnstash() {
    return Effect().none().thenUnstashAll();
  }
}
