package dev.iommufleet.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.SnapshotAdapter;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import dev.iommufleet.actors.EntityCommand.Ask;
import dev.iommufleet.actors.IommuState.Absent;
import dev.iommufleet.actors.IommuState.Deleted;
import dev.iommufleet.actors.IommuState.Present;
import dev.iommufleet.actors.IommuState.Unreadable;
import dev.iommufleet.hardware.vtd.IommuView.AttachedDevice;
import dev.iommufleet.persistence.journal.EntityIds;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.protocol.api.v1.CreateIommuResponse;
import dev.iommufleet.protocol.api.v1.DeleteIommuResponse;
import dev.iommufleet.protocol.cluster.v1.EntityRequest.RequestCase;
import java.util.List;
import java.util.Set;

/** The entity of one IOMMU. */
public final class IommuEntity extends JournaledEntity<IommuEvent, IommuState> {
  private static final IommuState ABSENT = new Absent();

  private final EntryWriter entries;
  private final Requests requests;
  private final DeviceLinks links;
  private final DeviceReports reports;

  private IommuEntity(Shell shell) {
    super(persistenceId(shell.id()), shell);
    this.entries = new EntryWriter(environment);
    this.links = new DeviceLinks(this);
    this.requests = new Requests(this, links);
    this.reports = new DeviceReports(this, links, requests);
  }

  /** The behaviour of the entity {@code id}; {@code shard} is asked when it may leave memory. */
  public static Behavior<EntityCommand> create(
      String id, ActorRef<ClusterSharding.ShardCommand> shard, EntityEnvironment environment) {
    return supervised(id, "IOMMU '" + id + "'", shard, environment, IommuEntity::new);
  }

  public static PersistenceId persistenceId(String id) {
    return PersistenceId.of(EntityIds.IOMMU, id);
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
  void recovered(IommuState state) {
    if (state instanceof Present(var incarnation)) {
      requests.resume(incarnation);
      incarnation.checkRecovered(environment.modelVersion());
    }
  }

  // ---- commands ----------------------------------------------------------------------------

  @Override
  public CommandHandler<EntityCommand, IommuEvent, IommuState> commandHandler() {
    return this::onCommand;
  }

  private Effect<IommuEvent, IommuState> onCommand(IommuState state, EntityCommand command) {
    return switch (command) {
      case Ask ask -> answering(ask, () -> onAsk(state, ask));
      // In every state and at once: a shard that waits for an entity to stop holds its messages.
      case EntityCommand.Stop() -> Effect().stop();
      case EntityCommand.LookAround() ->
          lookAround(state instanceof Present(var it) && it.neededInMemory());
      case EntityCommand.ToIommu report -> onReport(state, report);
      case EntityCommand.RepeatRead read -> {
        requests.answerRepeat(read);
        yield done();
      }
      case EntityCommand.Private own -> state instanceof Present(var it) ? onOwn(it, own) : done();
      case EntityCommand.ToDevice _ -> throw new IllegalStateException(name + " is no device");
    };
  }

  private Effect<IommuEvent, IommuState> onOwn(Incarnation it, EntityCommand.Private own) {
    return switch (own) {
      case EntityCommand.GoOn() -> goOn(it);
      case EntityCommand.DeadlinePassed passed -> requests.deadline(it, passed);
      case EntityCommand.InvalidationExpired expired ->
          it.running != null ? Effect().stash() : reports.expire(it, expired);
      case EntityCommand.TellAgain(int sourceId) -> {
        links.tellAgain(it, sourceId);
        yield done();
      }
      case EntityCommand.LookAround _,
          EntityCommand.RepeatRead _,
          EntityCommand.DeviceRepeatRead _,
          EntityCommand.Resume _,
          EntityCommand.Poll _,
          EntityCommand.WaitOver _ ->
          throw new IllegalStateException(name + " was told " + own);
    };
  }

  private Effect<IommuEvent, IommuState> goOn(Incarnation it) {
    var run = it.running;
    it.running = null;
    return run == null ? done() : requests.advance(it, run);
  }

  /** An IOMMU that is not there holds no attachment. */
  private Effect<IommuEvent, IommuState> onReport(IommuState state, EntityCommand.ToIommu report) {
    touch();
    return switch (state) {
      case Present(var it) ->
          it.running != null ? Effect().stash() : reports.report(it, report.message());
      case Absent(), Deleted _ -> {
        links.tellGone(id, report.message());
        yield done();
      }
      case Unreadable _ -> done();
    };
  }

  private Effect<IommuEvent, IommuState> onAsk(IommuState state, Ask ask) {
    return switch (state) {
      case Absent() -> onAbsent(ask);
      case Present(var it) -> onPresent(it, ask);
      case Deleted(long number, _) -> onDeleted(number, ask);
      case Unreadable(long number, String why) ->
          throw new RefusedException(EntityRefusals.unreadable(name, number, why));
    };
  }

  private Effect<IommuEvent, IommuState> onAbsent(Ask ask) {
    return switch (ask.request().getRequestCase()) {
      case CREATE -> create(ask);
      case WAKE -> awake(ask);
      case STOP_WATCH, WATCH_CREDIT -> Effect().none();
      default -> {
        // Nothing to keep in memory: asking for ids that nobody has must not fill it.
        leaveMemory();
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

  /** Writes the entry; then, and only then, answers. */
  Effect<IommuEvent, IommuState> persist(
      IommuEvent.Live event, List<Caller> callers, Answers<IommuState> answers) {
    return persist(event, event.entry().getSerializedSize(), callers, answers);
  }
}
