package dev.iommufleet.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.BackoffSupervisorStrategy;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.RecoveryFailed;
import akka.persistence.typed.SnapshotAdapter;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import akka.persistence.typed.javadsl.SignalHandler;
import dev.iommufleet.actors.IommuCommand.Ask;
import dev.iommufleet.actors.IommuState.Absent;
import dev.iommufleet.actors.IommuState.Deleted;
import dev.iommufleet.actors.IommuState.Present;
import dev.iommufleet.actors.IommuState.Unreadable;
import dev.iommufleet.hardware.vtd.IommuView.AttachedDevice;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.protocol.api.v1.CreateIommuResponse;
import dev.iommufleet.protocol.api.v1.DeleteIommuResponse;
import dev.iommufleet.protocol.cluster.v1.Awake;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest.RequestCase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * The entity of one IOMMU. It takes one request at a time, lets the hardware run it in place,
 * writes one entry for what came of it, and answers when the entry is in the journal. Whatever goes
 * wrong on the way, the hardware is thrown away and made anew from the journal.
 */
public final class IommuEntity extends EventSourcedBehavior<IommuCommand, IommuEvent, IommuState> {
  private static final String KIND = "iommu";
  private static final IommuState ABSENT = new Absent();

  private final String id;
  private final ActorContext<IommuCommand> context;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final EntityEnvironment environment;
  private final EntryWriter entries;
  private final Requests requests;

  /**
   * Those whose entry is being written: after a failed write nobody else knows of them. Outlives
   * every restart of this actor.
   */
  private final List<Caller> unanswered;

  private final RecoveryGuard guard;

  private boolean busyLately;

  private IommuEntity(
      String id,
      Shell shell,
      ActorRef<ClusterSharding.ShardCommand> shard,
      EntityEnvironment environment) {
    super(persistenceId(id), backoff(environment));
    this.id = id;
    this.context = shell.context;
    this.shard = shard;
    this.unanswered = shell.unanswered;
    this.guard = shell.guard;
    this.environment = environment;
    this.entries = new EntryWriter(environment);
    this.requests = new Requests(this, shell.context, shell.timers, environment);
    var idle = Duration.ofMillis(environment.settings().idleMillis());
    shell.timers.startTimerWithFixedDelay(new IommuCommand.LookAround(), idle);
  }

  private record Shell(
      ActorContext<IommuCommand> context,
      TimerScheduler<IommuCommand> timers,
      List<Caller> unanswered,
      RecoveryGuard guard) {}

  /** The behaviour of the entity {@code id}; {@code shard} is asked when it may leave memory. */
  public static Behavior<IommuCommand> create(
      String id, ActorRef<ClusterSharding.ShardCommand> shard, EntityEnvironment environment) {
    var unanswered = new ArrayList<Caller>(1);
    var guard = new RecoveryGuard(id);
    Behavior<IommuCommand> behavior =
        Behaviors.setup(
            context ->
                Behaviors.withTimers(
                    timers ->
                        new IommuEntity(
                            id,
                            new Shell(context, timers, unanswered, guard),
                            shard,
                            environment)));
    return Behaviors.intercept(
        () -> guard,
        Behaviors.supervise(behavior).onFailure(Exception.class, backoff(environment)));
  }

  public static PersistenceId persistenceId(String id) {
    return PersistenceId.of(KIND, id);
  }

  private static BackoffSupervisorStrategy backoff(EntityEnvironment environment) {
    var settings = environment.settings();
    return SupervisorStrategy.restartWithBackoff(
        Duration.ofMillis(settings.backoffMinMillis()),
        Duration.ofMillis(settings.backoffMaxMillis()),
        0.2);
  }

  @Override
  public IommuState emptyState() {
    return ABSENT;
  }

  // ---- events ------------------------------------------------------------------------------

  @Override
  public EventHandler<IommuState, IommuEvent> eventHandler() {
    return this::onEvent;
  }

  private IommuState onEvent(IommuState state, IommuEvent event) {
    try {
      return switch (state) {
        case Absent() -> new Present(Incarnation.of(event, environment.settings().limits()));
        case Present(var incarnation) -> {
          incarnation.apply(event);
          yield event.entry().getCause().hasDeleted()
              ? new Deleted(incarnation.sequenceNumber, event.entry().getIncarnation())
              : state;
        }
        case Deleted(long number, _) ->
            throw new IllegalStateException(
                "IOMMU %s was deleted by entry %d and has another".formatted(id, number));
        case Unreadable it -> it;
      };
    } catch (MalformedException e) {
      long number = state instanceof Present(var it) ? it.sequenceNumber + 1 : 1;
      return new Unreadable(number, e.getMessage());
    }
  }

  @Override
  public EventAdapter<IommuEvent, ?> eventAdapter() {
    return new EntryAdapter();
  }

  @Override
  public SnapshotAdapter<IommuState> snapshotAdapter() {
    return new Snapshots(environment);
  }

  @Override
  public Set<String> tagsFor(IommuEvent event) {
    return event instanceof IommuEvent.Live live ? live.tags() : Set.of();
  }

  /** In bytes, snapshots never outgrow the entries that they spare the reading of. */
  @Override
  public boolean shouldSnapshot(IommuState state, IommuEvent event, long sequenceNumber) {
    return state instanceof Present(var it)
        && it.bytesSinceSnapshot
            > Math.max(environment.settings().snapshotBytes(), it.snapshotBytes);
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(environment.settings().snapshotEntries(), 1);
  }

  @Override
  public SignalHandler<IommuState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::onRecovered)
        .onSignal(RecoveryFailed.class, (_, signal) -> guard.failed(signal.getFailure()))
        .build();
  }

  private void onRecovered(IommuState state) {
    guard.recovered();
    unanswered.forEach(caller -> caller.refuse(EntityRefusals.journalUnavailable()));
    unanswered.clear();
    if (state instanceof Present(var incarnation)) {
      requests.resume(incarnation);
      incarnation.checkRecovered(environment.modelVersion());
    }
  }

  // ---- commands ----------------------------------------------------------------------------

  @Override
  public CommandHandler<IommuCommand, IommuEvent, IommuState> commandHandler() {
    return this::onCommand;
  }

  private Effect<IommuEvent, IommuState> onCommand(IommuState state, IommuCommand command) {
    return switch (command) {
      case Ask ask -> onAsk(state, ask);
      // In every state and at once: a shard that waits for an entity to stop holds its messages.
      case IommuCommand.Stop() -> Effect().stop();
      case IommuCommand.LookAround() -> lookAround(state);
      case IommuCommand.GoOn() -> state instanceof Present(var it) ? goOn(it) : Effect().none();
      case IommuCommand.DeadlinePassed passed ->
          state instanceof Present(var it) ? requests.deadline(it, passed) : Effect().none();
      case IommuCommand.RepeatRead read -> {
        requests.answerRepeat(read);
        yield Effect().none();
      }
    };
  }

  private Effect<IommuEvent, IommuState> goOn(Incarnation it) {
    var run = it.running;
    it.running = null;
    return run == null ? Effect().none() : requests.advance(it, run);
  }

  private Effect<IommuEvent, IommuState> lookAround(IommuState state) {
    if (!busyLately && !(state instanceof Present(var it) && it.neededInMemory())) {
      shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
    }
    busyLately = false;
    return Effect().none();
  }

  private Effect<IommuEvent, IommuState> onAsk(IommuState state, Ask ask) {
    busyLately = true;
    try {
      return switch (state) {
        case Absent() -> onAbsent(ask);
        case Present(var it) -> onPresent(it, ask);
        case Deleted(long number, _) -> onDeleted(number, ask);
        case Unreadable(long number, String why) ->
            throw new RefusedException(EntityRefusals.unreadable(id, number, why));
      };
    } catch (RefusedException e) {
      Caller.of(ask).refuse(e.refusal());
      return Effect().none();
    } catch (MalformedException e) {
      Caller.of(ask).refuse(Requests.malformed(e));
      return Effect().none();
    } catch (ModelFailure e) {
      throw e;
    } catch (RuntimeException e) {
      // The supervisor makes the entity anew; the caller need not wait for it.
      Caller.of(ask).refuse(EntityRefusals.erred(id, e));
      throw e;
    }
  }

  private Effect<IommuEvent, IommuState> onAbsent(Ask ask) {
    return switch (ask.request().getRequestCase()) {
      case CREATE -> create(ask);
      case WAKE -> awake(ask);
      case STOP_WATCH, WATCH_CREDIT -> Effect().none();
      default -> {
        // Nothing to keep in memory: asking for ids that nobody has must not fill it.
        shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
        throw new RefusedException(EntityRefusals.neverCreated(id));
      }
    };
  }

  private Effect<IommuEvent, IommuState> onDeleted(long number, Ask ask) {
    return switch (ask.request().getRequestCase()) {
      case WAKE -> awake(ask);
      case STOP_WATCH, WATCH_CREDIT -> Effect().none();
      case CREATE -> throw new RefusedException(EntityRefusals.idUsed(id, number));
      default -> throw new RefusedException(EntityRefusals.deleted(id, number));
    };
  }

  private Effect<IommuEvent, IommuState> onPresent(Incarnation it, Ask ask) {
    var request = ask.request();
    var caller = Caller.of(ask);
    if (it.running != null
        && request.getRequestCase() != RequestCase.WATCH_CREDIT
        && request.getRequestCase() != RequestCase.STOP_WATCH) {
      return Effect().stash();
    }
    switch (request.getRequestCase()) {
      case EXECUTE -> {
        return requests.execute(it, ask);
      }
      case CREATE -> {
        return requests.createAgain(it, ask);
      }
      case DELETE -> {
        return delete(it, ask);
      }
      case WATCH -> it.watchers.watch(caller, request.getWatch(), it.sequenceNumber);
      case STOP_WATCH -> it.watchers.stop(caller);
      case WATCH_CREDIT -> it.watchers.credit(caller, request.getWatchCredit().getEntries());
      default -> caller.tell(requests.look(it, ask));
    }
    return Effect().none();
  }

  private Effect<IommuEvent, IommuState> awake(Ask ask) {
    var caller = Caller.of(ask);
    caller.tell(caller.reply().setAwake(Awake.getDefaultInstance()));
    return Effect().none();
  }

  private Effect<IommuEvent, IommuState> create(Ask ask) {
    var config = requests.config(id, ask.request().getCreate());
    return persist(
        entries.created(id, config),
        List.of(Caller.of(ask)),
        state -> {
          var view = Views.iommu(((Present) state).incarnation(), environment.node().get());
          return caller ->
              caller.reply().setCreate(CreateIommuResponse.newBuilder().setIommu(view));
        });
  }

  private Effect<IommuEvent, IommuState> delete(Incarnation it, Ask ask) {
    var devices = it.iommu.view().devices().stream().map(AttachedDevice::sourceId).toList();
    if (!devices.isEmpty()) {
      throw new RefusedException(EntityRefusals.devicesAttached(id, devices));
    }
    return persist(
        entries.deleted(it),
        List.of(Caller.of(ask)),
        state -> {
          long number = ((Deleted) state).sequenceNumber();
          var gone = EntityRefusals.deleted(id, number);
          it.suspended.values().forEach(run -> run.callers.forEach(c -> c.refuse(gone)));
          it.watchers.end(gone);
          return caller ->
              caller.reply().setDelete(DeleteIommuResponse.newBuilder().setSequenceNumber(number));
        });
  }

  /** What is told to each of the callers once an entry is in the journal. */
  @FunctionalInterface
  interface Answers {
    Function<Caller, EntityReply.Builder> from(IommuState state);
  }

  /** Writes the entry; then, and only then, answers. */
  Effect<IommuEvent, IommuState> persist(
      IommuEvent.Live event, List<Caller> callers, Answers answers) {
    requests.checkSize(event);
    unanswered.addAll(callers);
    return Effect()
        .persist(event)
        .thenRun(
            (IommuState state) -> {
              unanswered.clear();
              var answer = answers.from(state);
              callers.forEach(caller -> caller.tell(answer.apply(caller)));
            })
        .thenUnstashAll();
  }

  /** Nothing to write. */
  Effect<IommuEvent, IommuState> done() {
    return Effect().none();
  }

  /** Nothing to write, and those that waited for this request go on. */
  Effect<IommuEvent, IommuState> doneAndUnstash() {
    return Effect().none().thenUnstashAll();
  }
}
