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
import dev.iommufleet.persistence.journal.EntityIds;
import dev.iommufleet.protocol.api.v1.CreateHostDeviceResponse;
import dev.iommufleet.protocol.api.v1.DeleteHostDeviceResponse;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import java.util.List;

/** The entity of one host device. */
public final class HostDeviceEntity extends JournaledEntity<DeviceEvent, DeviceIncarnation> {
  private final DeviceEntryWriter entries;
  private final DeviceRequests requests;
  private final IommuLink link;

  private HostDeviceEntity(Shell shell) {
    super(persistenceId(shell.id()), shell);
    this.entries = new DeviceEntryWriter(environment);
    this.link = new IommuLink(this);
    this.requests = new DeviceRequests(this, link);
  }

  /** The behaviour of the entity {@code id}; {@code shard} is asked when it may leave memory. */
  public static Behavior<EntityCommand> create(
      String id, ActorRef<ClusterSharding.ShardCommand> shard, EntityEnvironment environment) {
    return supervised(
        EntityKind.HOST_DEVICE,
        id,
        "host device '" + id + "'",
        shard,
        environment,
        HostDeviceEntity::new);
  }

  public static PersistenceId persistenceId(String id) {
    return PersistenceId.of(EntityIds.DEVICE, id);
  }

  // ---- events ------------------------------------------------------------------------------

  @Override
  DeviceIncarnation first(DeviceEvent event) {
    return DeviceIncarnation.of(event, environment.settings().limits());
  }

  @Override
  void apply(DeviceIncarnation incarnation, DeviceEvent event) {
    incarnation.apply(event);
  }

  @Override
  public EventAdapter<DeviceEvent, ?> eventAdapter() {
    return new EntryAdapter<DeviceEvent, HostDeviceEntry>(
        DeviceEvent::entry, DeviceEvent.Stored::new);
  }

  @Override
  public SnapshotAdapter<EntityState<DeviceIncarnation>> snapshotAdapter() {
    return new DeviceSnapshots(environment);
  }

  @Override
  void recovered(DeviceIncarnation incarnation) {
    context.getSelf().tell(new EntityCommand.Resume());
  }

  // ---- commands ----------------------------------------------------------------------------

  @Override
  public CommandHandler<EntityCommand, DeviceEvent, EntityState<DeviceIncarnation>>
      commandHandler() {
    return this::onCommand;
  }

  private Effect<DeviceEvent, EntityState<DeviceIncarnation>> onCommand(
      EntityState<DeviceIncarnation> state, EntityCommand command) {
    return switch (command) {
      // In every state and at once: a shard that waits for an entity to stop holds its messages.
      case EntityCommand.Stop() -> Effect().stop();
      case EntityCommand.LookAround() ->
          lookAround(state instanceof Present<DeviceIncarnation>(var it) && it.owes());
      case EntityCommand.Resume() ->
          state instanceof Present<DeviceIncarnation>(var it) ? resume(it) : done();
      case EntityCommand _
          when state instanceof Present<DeviceIncarnation>(var it) && !it.resumed ->
          Effect().stash();
      case Ask ask -> answering(ask, () -> onAsk(state, ask));
      case EntityCommand.ToDevice(var message) -> {
        touch();
        yield state instanceof Present<DeviceIncarnation>(var it)
            ? link.deliver(it, message, requests)
            : done();
      }
      case EntityCommand.DeviceRepeatRead read -> {
        requests.answerRepeat(read);
        yield done();
      }
      case EntityCommand.Private own ->
          state instanceof Present<DeviceIncarnation>(var it) ? onOwn(it, own) : done();
      case EntityCommand.ToIommu _ -> throw new IllegalStateException(name + " is no IOMMU");
    };
  }

  private Effect<DeviceEvent, EntityState<DeviceIncarnation>> onOwn(
      DeviceIncarnation it, EntityCommand.Private own) {
    return switch (own) {
      case EntityCommand.Poll() -> requests.poll(it);
      case EntityCommand.TellAgain _ -> {
        link.tellAgain(it);
        yield done();
      }
      case EntityCommand.WaitOver(Ask ask) -> {
        requests.waitOver(it, ask);
        yield done();
      }
      case EntityCommand.LookAround _,
          EntityCommand.Resume _,
          EntityCommand.GoOn _,
          EntityCommand.DeadlinePassed _,
          EntityCommand.InvalidationExpired _,
          EntityCommand.RepeatRead _,
          EntityCommand.DeviceRepeatRead _ ->
          throw new IllegalStateException(name + " was told " + own);
    };
  }

  /** Once after each restart, before anything else is done. */
  private Effect<DeviceEvent, EntityState<DeviceIncarnation>> resume(DeviceIncarnation it) {
    it.resumed = true;
    return requests.resume(it);
  }

  private Effect<DeviceEvent, EntityState<DeviceIncarnation>> onAsk(
      EntityState<DeviceIncarnation> state, Ask ask) {
    return switch (state) {
      case Absent<DeviceIncarnation>() -> onAbsent(ask);
      case Present<DeviceIncarnation>(var it) -> onPresent(it, ask);
      case Deleted<DeviceIncarnation>(long number, _) -> onDeleted(number, ask);
      case Unreadable<DeviceIncarnation>(long number, String why) ->
          throw new RefusedException(EntityRefusals.unreadable(name, number, why));
    };
  }

  private Effect<DeviceEvent, EntityState<DeviceIncarnation>> onAbsent(Ask ask) {
    return switch (ask.request().getRequestCase()) {
      case CREATE_HOST_DEVICE -> create(ask);
      case WAKE -> awake(ask);
      default -> {
        // Nothing to keep in memory: asking for ids that nobody has must not fill it.
        leaveMemory();
        throw new RefusedException(
            RefusalCode.REFUSAL_CODE_HOST_DEVICE_NOT_FOUND,
            "there is no %s; create it first".formatted(name));
      }
    };
  }

  private Effect<DeviceEvent, EntityState<DeviceIncarnation>> onDeleted(long number, Ask ask) {
    return switch (ask.request().getRequestCase()) {
      case WAKE -> awake(ask);
      case CREATE_HOST_DEVICE ->
          throw new RefusedException(
              RefusalCode.REFUSAL_CODE_HOST_DEVICE_DELETED,
              ("%s was deleted by its entry %d; its journal is kept, so the id is not used again;"
                      + " choose another")
                  .formatted(name, number));
      default ->
          throw new RefusedException(
              RefusalCode.REFUSAL_CODE_HOST_DEVICE_NOT_FOUND,
              "%s was deleted by its entry %d; its journal can still be read"
                  .formatted(name, number));
    };
  }

  private Effect<DeviceEvent, EntityState<DeviceIncarnation>> onPresent(
      DeviceIncarnation it, Ask ask) {
    return switch (ask.request().getRequestCase()) {
      case EXECUTE_HOST_DEVICE -> requests.execute(it, ask);
      case DELETE_HOST_DEVICE -> delete(it, ask);
      case WAIT_HOST_DEVICE -> {
        requests.await(it, ask);
        yield done();
      }
      default -> {
        var caller = Caller.of(ask, environment);
        caller.tell(requests.look(it, ask));
        yield done();
      }
    };
  }

  private Effect<DeviceEvent, EntityState<DeviceIncarnation>> create(Ask ask) {
    var config = requests.config(ask.request().getCreateHostDevice());
    return persist(
        entries.created(id, config),
        List.of(Caller.of(ask, environment)),
        state -> {
          var view =
              DeviceViews.device(
                  ((Present<DeviceIncarnation>) state).incarnation(), environment.node().get());
          return caller ->
              caller
                  .reply()
                  .setCreateHostDevice(CreateHostDeviceResponse.newBuilder().setDevice(view));
        });
  }

  private Effect<DeviceEvent, EntityState<DeviceIncarnation>> delete(
      DeviceIncarnation it, Ask ask) {
    requests.checkDetached(it);
    return persist(
        entries.deleted(it),
        List.of(Caller.of(ask, environment)),
        state -> {
          long number = ((Deleted<DeviceIncarnation>) state).sequenceNumber();
          return caller ->
              caller
                  .reply()
                  .setDeleteHostDevice(
                      DeleteHostDeviceResponse.newBuilder().setSequenceNumber(number));
        });
  }
}
