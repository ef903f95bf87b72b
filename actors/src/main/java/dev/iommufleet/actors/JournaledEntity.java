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
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import akka.persistence.typed.javadsl.SignalHandler;
import dev.iommufleet.actors.EntityCommand.Ask;
import dev.iommufleet.actors.EntityState.Absent;
import dev.iommufleet.actors.EntityState.Deleted;
import dev.iommufleet.actors.EntityState.Present;
import dev.iommufleet.actors.EntityState.Unreadable;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.protocol.cluster.v1.Awake;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What entities have in common. Each takes one message at a time, lets the hardware run it in
 * place, writes one entry for what came of it, and lets nothing out before the entry is in the
 * journal. Whatever goes wrong on the way, the hardware is thrown away and made anew from the
 * journal.
 */
abstract class JournaledEntity<E extends EntityEvent, I extends EntityIncarnation>
    extends EventSourcedBehavior<EntityCommand, E, EntityState<I>> {
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
  private final EntityKind kind;
  private final long bornNanos = System.nanoTime();
  private boolean busyLately;

  /** What an entity is given by those around it. The last three outlive every restart of it. */
  record Shell(
      String id,
      String name,
      ActorRef<ClusterSharding.ShardCommand> shard,
      EntityEnvironment environment,
      ActorContext<EntityCommand> context,
      TimerScheduler<EntityCommand> timers,
      List<Caller> unanswered,
      EntityGauge gauge,
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
    this.kind = shell.gauge.kind();
    this.environment = shell.environment;
    var idle = Duration.ofMillis(environment.settings().idleMillis());
    shell.timers.startTimerWithFixedDelay(new EntityCommand.LookAround(), idle);
  }

  /** The behaviour of an entity; {@code shard} is asked when it may leave memory. */
  static Behavior<EntityCommand> supervised(
      EntityKind kind,
      String id,
      String name,
      ActorRef<ClusterSharding.ShardCommand> shard,
      EntityEnvironment environment,
      Function<Shell, Behavior<EntityCommand>> entity) {
    var unanswered = new ArrayList<Caller>(1);
    var gauge = environment.metrics().enter(kind);
    var guard = new RecoveryGuard(name, environment, gauge::leave);
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
                                gauge,
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

  // ---- events ------------------------------------------------------------------------------

  /** From the entry that created it. */
  abstract I first(E event);

  abstract void apply(I incarnation, E event);

  @Override
  public EntityState<I> emptyState() {
    return new Absent<>();
  }

  @Override
  public EventHandler<EntityState<I>, E> eventHandler() {
    return this::onEvent;
  }

  private EntityState<I> onEvent(EntityState<I> state, E event) {
    try {
      return switch (state) {
        case Absent<I>() -> new Present<>(first(event));
        case Present<I>(var it) -> {
          apply(it, event);
          yield event.deletes() ? new Deleted<>(it.sequenceNumber, event.incarnation()) : state;
        }
        case Deleted<I>(long number, _) ->
            throw new IllegalStateException(
                "%s was deleted by entry %d and has another".formatted(name, number));
        case Unreadable<I> it -> it;
      };
    } catch (MalformedException e) {
      long number = state instanceof Present<I>(var it) ? it.sequenceNumber + 1 : 1;
      return new Unreadable<>(number, e.getMessage());
    }
  }

  @Override
  public Set<String> tagsFor(E event) {
    return event.tags();
  }

  // ---- recovery ----------------------------------------------------------------------------

  /** The journal has been read, and the state has the hash that it claims. */
  abstract void recovered(I incarnation);

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(environment.settings().snapshotEntries(), 1);
  }

  @Override
  public boolean shouldSnapshot(EntityState<I> state, E event, long sequenceNumber) {
    return state instanceof Present<I>(var it)
        && it.wantsSnapshot(environment.settings().snapshotBytes());
  }

  @Override
  public SignalHandler<EntityState<I>> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::onRecovered)
        .onSignal(RecoveryFailed.class, (_, signal) -> onRecoveryFailed(signal.getFailure()))
        .build();
  }

  /** Nobody waits for a journal that is away: those whose entry may be in it are told so. */
  private void onRecoveryFailed(Throwable failure) {
    guard.failed(failure);
    refuseUnanswered();
    if (guard.toldToStop()) {
      context.getSelf().tell(new EntityCommand.Stop());
    }
  }

  private void refuseUnanswered() {
    unanswered.forEach(caller -> caller.refuse(EntityRefusals.journalUnavailable()));
    unanswered.clear();
  }

  private void onRecovered(EntityState<I> state) {
    guard.recovered();
    environment.metrics().recovered(kind, System.nanoTime() - bornNanos);
    refuseUnanswered();
    if (state instanceof Present<I>(var incarnation)) {
      incarnation.checkRecovered(environment.modelVersion());
      recovered(incarnation);
    }
  }

  // ---- memory ------------------------------------------------------------------------------

  /** Somebody needed the entity. */
  void touch() {
    busyLately = true;
  }

  void leaveMemory() {
    shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
  }

  Effect<E, EntityState<I>> lookAround(boolean needed) {
    if (!busyLately && !needed) {
      leaveMemory();
    }
    busyLately = false;
    return Effect().none();
  }

  // ---- answers -----------------------------------------------------------------------------

  /** Answers what is refused; a failure of ours goes on to the supervisor. */
  Effect<E, EntityState<I>> answering(Ask ask, Supplier<Effect<E, EntityState<I>>> request) {
    if (!guard.begins(ask)) {
      return Effect().none();
    }
    touch();
    if (!environment.ownership().certain()) {
      Caller.of(ask, environment).refuseAnyway(EntityRefusals.notCertainlyOurs(name));
      return Effect().none();
    }
    try {
      return request.get();
    } catch (RefusedException e) {
      Caller.of(ask, environment).refuse(e.refusal());
      return Effect().none();
    } catch (MalformedException e) {
      Caller.of(ask, environment).refuse(Refusals.malformed(e));
      return Effect().none();
    } catch (ModelFailure | OwnershipLostException e) {
      throw e;
    } catch (RuntimeException e) {
      // The supervisor makes the entity anew; the caller need not wait for it.
      Caller.of(ask, environment).refuse(EntityRefusals.erred(name, e));
      throw e;
    }
  }

  Effect<E, EntityState<I>> awake(Ask ask) {
    var caller = Caller.of(ask, environment);
    caller.tell(caller.reply().setAwake(Awake.getDefaultInstance()));
    return Effect().none();
  }

  /** What is told to each of the callers once an entry is in the journal. */
  @FunctionalInterface
  interface Answers<I> {
    Function<Caller, EntityReply.Builder> from(EntityState<I> state);
  }

  /** Writes the entry; then, and only then, answers. */
  Effect<E, EntityState<I>> persist(E event, List<Caller> callers, Answers<I> answers) {
    checkSize(event.bytes());
    checkOwnership(callers);
    unanswered.addAll(callers);
    long begun = System.nanoTime();
    return Effect()
        .persist(event)
        .thenRun(
            (EntityState<I> state) -> {
              unanswered.clear();
              environment.metrics().journaled(kind, event.bytes(), System.nanoTime() - begun);
              var answer = answers.from(state);
              callers.forEach(caller -> caller.tell(answer.apply(caller)));
            })
        .thenUnstashAll();
  }

  /**
   * Another node may run the entity by now: what the hardware has done here is thrown away, and the
   * supervisor makes it anew from the journal. [I9]
   */
  private void checkOwnership(List<Caller> callers) {
    if (!environment.ownership().certain()) {
      callers.forEach(caller -> caller.refuseAnyway(EntityRefusals.ownershipUncertain()));
      throw new OwnershipLostException(name);
    }
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
  Effect<E, EntityState<I>> done() {
    return Effect().none();
  }

  /** Nothing to write, and those that waited for this request go on. */
  Effect<E, EntityState<I>> doneAndUnstash() {
    return Effect().none().thenUnstashAll();
  }
}
