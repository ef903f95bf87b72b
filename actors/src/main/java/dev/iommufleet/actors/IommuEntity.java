package dev.iommufleet.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.SnapshotAdapter;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import dev.iommufleet.actors.EntityCommand.Ask;
import dev.iommufleet.actors.EntityState.Absent;
import dev.iommufleet.actors.EntityState.Deleted;
import dev.iommufleet.actors.EntityState.Present;
import dev.iommufleet.actors.EntityState.Unreadable;
import dev.iommufleet.hardware.vtd.IommuView.AttachedDevice;
import dev.iommufleet.persistence.journal.EntityIds;
import dev.iommufleet.protocol.api.v1.CreateIommuResponse;
import dev.iommufleet.protocol.api.v1.DeleteIommuResponse;
import dev.iommufleet.protocol.cluster.v1.EntityRequest.RequestCase;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.List;

/** The entity of one IOMMU. */
public final class IommuEntity extends JournaledEntity<IommuEvent, Incarnation> {
  private final EntryWriter entries;
  private final Requests requests;
  private final DeviceLinks links;
  private final DeviceReports reports;
  private final Counting counting;

  private IommuEntity(Shell shell) {
    super(persistenceId(shell.id()), shell);
    this.entries = new EntryWriter(environment);
    this.links = new DeviceLinks(this);
    this.counting = new Counting(environment.metrics(), shell.gauge());
    this.requests = new Requests(this, links, counting);
    this.reports = new DeviceReports(this, links, requests);
  }

  /** The behaviour of the entity {@code id}; {@code shard} is asked when it may leave memory. */
  public static Behavior<EntityCommand> create(
      String id, ActorRef<ClusterSharding.ShardCommand> shard, EntityEnvironment environment) {
    return supervised(
        EntityKind.IOMMU, id, "IOMMU '" + id + "'", shard, environment, IommuEntity::new);
  }

  public static PersistenceId persistenceId(String id) {
    return PersistenceId.of(EntityIds.IOMMU, id);
  }

  // ---- events ------------------------------------------------------------------------------

  @Override
  Incarnation first(IommuEvent event) {
    return Incarnation.of(event, environment.settings().limits());
  }

  @Override
  void apply(Incarnation incarnation, IommuEvent event) {
    incarnation.apply(event);
  }

  @Override
  public EventAdapter<IommuEvent, ?> eventAdapter() {
    return new EntryAdapter<IommuEvent, Entry>(IommuEvent::entry, IommuEvent.Stored::new);
  }

  @Override
  public SnapshotAdapter<EntityState<Incarnation>> snapshotAdapter() {
    return new Snapshots(environment);
  }

  @Override
  void recovered(Incarnation incarnation) {
    counting.madeAnew(incarnation);
    requests.resume(incarnation);
  }

  // ---- commands ----------------------------------------------------------------------------

  @Override
  public CommandHandler<EntityCommand, IommuEvent, EntityState<Incarnation>> commandHandler() {
    return this::onCommand;
  }

  private Effect<IommuEvent, EntityState<Incarnation>> onCommand(
      EntityState<Incarnation> state, EntityCommand command) {
    return switch (command) {
      case Ask ask -> answering(ask, () -> onAsk(state, ask));
      // In every state and at once: a shard that waits for an entity to stop holds its messages.
      case EntityCommand.Stop() -> Effect().stop();
      case EntityCommand.LookAround() ->
          lookAround(state instanceof Present<Incarnation>(var it) && it.neededInMemory());
      case EntityCommand.ToIommu report -> onReport(state, report);
      case EntityCommand.RepeatRead read -> {
        requests.answerRepeat(read);
        yield done();
      }
      case EntityCommand.Private own ->
          state instanceof Present<Incarnation>(var it) ? onOwn(it, own) : done();
      case EntityCommand.ToDevice _ -> throw new IllegalStateException(name + " is no device");
    };
  }

  private Effect<IommuEvent, EntityState<Incarnation>> onOwn(
      Incarnation it, EntityCommand.Private own) {
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

  private Effect<IommuEvent, EntityState<Incarnation>> goOn(Incarnation it) {
    var run = it.running;
    it.running = null;
    return run == null ? done() : requests.advance(it, run);
  }

  /** An IOMMU that is not there holds no attachment. */
  private Effect<IommuEvent, EntityState<Incarnation>> onReport(
      EntityState<Incarnation> state, EntityCommand.ToIommu report) {
    touch();
    return switch (state) {
      case Present<Incarnation>(var it) ->
          it.running != null ? Effect().stash() : reports.report(it, report.message());
      case Absent<Incarnation>(), Deleted<Incarnation> _ -> {
        links.tellGone(id, report.message());
        yield done();
      }
      case Unreadable<Incarnation> _ -> done();
    };
  }

  private Effect<IommuEvent, EntityState<Incarnation>> onAsk(
      EntityState<Incarnation> state, Ask ask) {
    return switch (state) {
      case Absent<Incarnation>() -> onAbsent(ask);
      case Present<Incarnation>(var it) -> onPresent(it, ask);
      case Deleted<Incarnation>(long number, _) -> onDeleted(number, ask);
      case Unreadable<Incarnation>(long number, String why) ->
          throw new RefusedException(EntityRefusals.unreadable(name, number, why));
    };
  }

  private Effect<IommuEvent, EntityState<Incarnation>> onAbsent(Ask ask) {
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

  private Effect<IommuEvent, EntityState<Incarnation>> onDeleted(long number, Ask ask) {
    return switch (ask.request().getRequestCase()) {
      case WAKE -> awake(ask);
      case STOP_WATCH, WATCH_CREDIT -> Effect().none();
      case CREATE -> throw new RefusedException(EntityRefusals.idUsed(id, number));
      default -> throw new RefusedException(EntityRefusals.deleted(id, number));
    };
  }

  private Effect<IommuEvent, EntityState<Incarnation>> onPresent(Incarnation it, Ask ask) {
    var request = ask.request();
    var caller = Caller.of(ask, environment);
    if (it.running != null
        && request.getRequestCase() != RequestCase.WATCH_CREDIT
        && request.getRequestCase() != RequestCase.STOP_WATCH) {
      return Effect().stash();
    }
    switch (request.getRequestCase()) {
      case EXECUTE -> {
        return requests.execute(it, ask);
      }
      case ENCODED_EXECUTE -> {
        return requests.execute(it, Requests.decoded(ask));
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

  private Effect<IommuEvent, EntityState<Incarnation>> create(Ask ask) {
    var config = requests.config(id, ask.request().getCreate());
    return persist(
        entries.created(id, config),
        List.of(Caller.of(ask, environment)),
        state -> {
          var view =
              Views.iommu(((Present<Incarnation>) state).incarnation(), environment.node().get());
          return caller ->
              caller.reply().setCreate(CreateIommuResponse.newBuilder().setIommu(view));
        });
  }

  private Effect<IommuEvent, EntityState<Incarnation>> delete(Incarnation it, Ask ask) {
    var devices = it.iommu.view().devices().stream().map(AttachedDevice::sourceId).toList();
    if (!devices.isEmpty()) {
      throw new RefusedException(EntityRefusals.devicesAttached(id, devices));
    }
    return persist(
        entries.deleted(it),
        List.of(Caller.of(ask, environment)),
        state -> {
          long number = ((Deleted<Incarnation>) state).sequenceNumber();
          var gone = EntityRefusals.deleted(id, number);
          it.suspended.values().forEach(run -> run.callers.forEach(c -> c.refuse(gone)));
          it.watchers.end(gone);
          return caller ->
              caller.reply().setDelete(DeleteIommuResponse.newBuilder().setSequenceNumber(number));
        });
  }
}
