package dev.iommufleet.actors;

import akka.persistence.typed.javadsl.Effect;
import dev.iommufleet.actors.EntityCommand.Ask;
import dev.iommufleet.actors.EntityCommand.DeviceRepeatRead;
import dev.iommufleet.hardware.device.AttachState;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.persistence.mapping.HostDeviceOperations;
import dev.iommufleet.persistence.mapping.HostDeviceReplies;
import dev.iommufleet.persistence.mapping.HostDevices;
import dev.iommufleet.protocol.api.v1.CreateHostDeviceRequest;
import dev.iommufleet.protocol.api.v1.CreateHostDeviceResponse;
import dev.iommufleet.protocol.api.v1.ExecuteHostDeviceRequest;
import dev.iommufleet.protocol.api.v1.ExecuteHostDeviceResponse;
import dev.iommufleet.protocol.api.v1.GetHostDeviceResponse;
import dev.iommufleet.protocol.api.v1.HostDeviceConfig;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.journal.v1.ClientRequest;
import dev.iommufleet.protocol.journal.v1.HostDeviceCause;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import dev.iommufleet.protocol.journal.v1.Recovered;
import dev.iommufleet.protocol.journal.v1.TimerFired;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What the entity of a host device does while the device exists. */
final class DeviceRequests {
  private final HostDeviceEntity entity;
  private final IommuLink link;
  private final EntityEnvironment environment;
  private final DeviceEntryWriter entries;
  private final RequestCheck check;
  private final DeviceWaiters waiters;

  DeviceRequests(HostDeviceEntity entity, IommuLink link) {
    this.entity = entity;
    this.link = link;
    this.environment = entity.environment;
    this.entries = new DeviceEntryWriter(environment);
    this.check = new RequestCheck(environment.settings().limits());
    this.waiters = new DeviceWaiters(entity);
  }

  // ---- create, look, delete ----------------------------------------------------------------

  /** What a creation asks for, checked. */
  HostDeviceConfig config(CreateHostDeviceRequest request) {
    RequestCheck.id(entity.id);
    var asked = request.getConfig();
    if (!asked.getName().isEmpty() && !asked.getName().equals(entity.id)) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_BAD_ARGUMENT,
          "the configuration names '%s' and the id is '%s'; leave the name out"
              .formatted(asked.getName(), entity.id));
    }
    var config = HostDevices.read(asked.toBuilder().setName(entity.id).build());
    var conflicts = config.conflicts();
    if (!conflicts.isEmpty()) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_CONFIG_CONFLICT, String.join("; ", conflicts));
    }
    return HostDevices.write(config);
  }

  EntityReply.Builder look(DeviceIncarnation it, Ask ask) {
    var request = ask.request();
    var reply = Caller.of(ask, environment).reply();
    return switch (request.getRequestCase()) {
      case CREATE_HOST_DEVICE -> createAgain(it, request.getCreateHostDevice(), reply);
      case GET_HOST_DEVICE ->
          reply.setGetHostDevice(
              GetHostDeviceResponse.newBuilder()
                  .setDevice(DeviceViews.device(it, environment.node().get())));
      case LIST_HOST_DEVICE_STATE ->
          reply.setListHostDeviceState(DeviceViews.list(it, request.getListHostDeviceState()));
      case WAKE -> reply.setAwake(dev.iommufleet.protocol.cluster.v1.Awake.getDefaultInstance());
      default ->
          throw new RefusedException(
              RefusalCode.REFUSAL_CODE_UNSUPPORTED,
              "request %s is not one for a host device".formatted(request.getRequestCase()));
    };
  }

  /** The same creation is answered as the first time. */
  private EntityReply.Builder createAgain(
      DeviceIncarnation it, CreateHostDeviceRequest request, EntityReply.Builder reply) {
    if (!config(request).equals(it.config)) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_HOST_DEVICE_EXISTS,
          "a %s exists with another configuration; choose another id".formatted(entity.name));
    }
    return reply.setCreateHostDevice(
        CreateHostDeviceResponse.newBuilder()
            .setDevice(DeviceViews.device(it, environment.node().get())));
  }

  /**
   * @throws RefusedException HOST_DEVICE_ATTACHED
   */
  void checkDetached(DeviceIncarnation it) {
    var view = it.device.view();
    if (view.state() != AttachState.DETACHED) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_HOST_DEVICE_ATTACHED,
          "%s is attached to IOMMU '%s'; detach it first".formatted(entity.name, view.iommu()));
    }
    if (!view.owed().isEmpty()) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_HOST_DEVICE_ATTACHED,
          "IOMMU '%s' has not noted yet that %s is gone; ask again later"
              .formatted(view.owed().getFirst().iommu(), entity.name));
    }
  }

  // ---- execute -----------------------------------------------------------------------------

  Effect<DeviceEvent, EntityState<DeviceIncarnation>> execute(DeviceIncarnation it, Ask ask) {
    var request = ask.request().getExecuteHostDevice();
    check.deviceRequest(request);
    var client = client(request);
    if (request.hasRequestId()) {
      var known = it.memory.recall(client, List.of(request.getOperation()));
      if (known != null) {
        return readRepeat(it, ask, known.entry());
      }
    }
    checkEpoch(it, request);
    var step = DeviceStep.run(it.device, own(request.getOperation()));
    if (step.reply instanceof DeviceReply.Refused refused) {
      throw new RefusedException(Refusals.of(refused));
    }
    return write(
        it,
        step,
        HostDeviceCause.newBuilder().setClient(client),
        Caller.of(ask, environment),
        request);
  }

  /** An attachment that is over is not taken for the one after it. */
  private void checkEpoch(DeviceIncarnation it, ExecuteHostDeviceRequest request) {
    var view = it.device.view();
    boolean attached = view.state() != AttachState.DETACHED;
    if (request.hasEpoch() && attached && request.getEpoch() != view.epoch()) {
      throw new RefusedException(
          Refusals.of(
              RefusalCode.REFUSAL_CODE_WRONG_EPOCH,
              "%s is in attachment %d, and %d was meant"
                  .formatted(entity.name, view.epoch(), request.getEpoch()),
              Map.of("epoch", Long.toUnsignedString(view.epoch()))));
    }
  }

  private static ClientRequest client(ExecuteHostDeviceRequest request) {
    return request.hasRequestId()
        ? ClientRequest.newBuilder()
            .setSession(request.getRequestId().getSession())
            .setSequence(request.getRequestId().getSequence())
            .setDigest(RequestCheck.digest(List.of(request.getOperation())))
            .build()
        : ClientRequest.getDefaultInstance();
  }

  /** What a user or the guest does; the rest is said by an IOMMU's entity or by this one. */
  private static DeviceOperation own(HostDeviceOperation message) {
    var operation = HostDeviceOperations.read(message);
    return switch (operation) {
      case DeviceOperation.AttachAnswered _,
          DeviceOperation.AttachmentEnded _,
          DeviceOperation.LossAcknowledged _,
          DeviceOperation.Receive _,
          DeviceOperation.Resume _,
          DeviceOperation.Poll _,
          DeviceOperation.Translated _,
          DeviceOperation.Accessed _ ->
          throw new RefusedException(
              RefusalCode.REFUSAL_CODE_BAD_ARGUMENT,
              "operation %s comes from an IOMMU alone".formatted(message.getKindCase()));
      default -> operation;
    };
  }

  /** After a restart: what was under way is asked for anew, and what is owed is told again. */
  Effect<DeviceEvent, EntityState<DeviceIncarnation>> resume(DeviceIncarnation it) {
    var cause =
        HostDeviceCause.newBuilder().setRecovered(Recovered.newBuilder().setReason("restart"));
    var step = DeviceStep.run(it.device, new DeviceOperation.Resume());
    step.reports.clear(); // They are owed.
    return write(it, step, cause, () -> link.tellOwed(it));
  }

  Effect<DeviceEvent, EntityState<DeviceIncarnation>> poll(DeviceIncarnation it) {
    var cause =
        HostDeviceCause.newBuilder()
            .setTimer(TimerFired.newBuilder().setName("poll").setIncarnation(it.number));
    return write(it, DeviceStep.run(it.device, new DeviceOperation.Poll()), cause, () -> {});
  }

  // ---- write -------------------------------------------------------------------------------

  /** Writes what lasts; then tells the IOMMU, and does {@code then}. */
  Effect<DeviceEvent, EntityState<DeviceIncarnation>> write(
      DeviceIncarnation it, DeviceStep step, HostDeviceCause.Builder cause, Runnable then) {
    if (!mustJournal(it, step)) {
      it.carried.addAll(step.soft);
      after(it, step, false, then);
      return entity.doneAndUnstash();
    }
    return entity.persist(
        entries.step(it, step, cause),
        List.of(),
        _ -> {
          after(it, step, true, then);
          return Caller::reply;
        });
  }

  private Effect<DeviceEvent, EntityState<DeviceIncarnation>> write(
      DeviceIncarnation it,
      DeviceStep step,
      HostDeviceCause.Builder cause,
      Caller caller,
      ExecuteHostDeviceRequest request) {
    if (!mustJournal(it, step) && !opensSession(request)) {
      it.carried.addAll(step.soft);
      caller.tell(caller.reply().setExecuteHostDevice(response(it, step, request)));
      after(it, step, false, () -> {});
      return entity.done();
    }
    return entity.persist(
        entries.step(it, step, cause),
        List.of(caller),
        _ -> {
          after(it, step, true, () -> {});
          var response = response(it, step, request);
          return asking -> asking.reply().setExecuteHostDevice(response);
        });
  }

  private boolean opensSession(ExecuteHostDeviceRequest request) {
    return environment.settings().sessionsJournaled()
        && request.hasRequestId()
        && request.getRequestId().getSequence() == 1;
  }

  private boolean mustJournal(DeviceIncarnation it, DeviceStep step) {
    return step.lasts()
        || it.carried.size() + step.soft.size() > environment.settings().carriedFacts();
  }

  private void after(DeviceIncarnation it, DeviceStep step, boolean journaled, Runnable then) {
    then.run();
    link.tell(it, step, journaled);
    waiters.changed(it);
    if (it.device.view().waitsForPoll() && !entity.timers.isTimerActive("poll")) {
      entity.timers.startSingleTimer(
          "poll",
          new EntityCommand.Poll(),
          Duration.ofMillis(environment.settings().links().pollMillis()));
    }
  }

  private static ExecuteHostDeviceResponse response(
      DeviceIncarnation it, DeviceStep step, ExecuteHostDeviceRequest request) {
    var response =
        ExecuteHostDeviceResponse.newBuilder()
            .setReply(HostDeviceReplies.write(step.reply))
            .setSequenceNumber(it.sequenceNumber)
            .setStateHash(it.device.stateHash());
    if (request.getWantFacts()) {
      response.addAllFacts(step.facts).addAllFacts(step.soft);
    }
    return response.build();
  }

  // ---- waits ---------------------------------------------------------------------------------

  void await(DeviceIncarnation it, Ask ask) {
    waiters.add(it, ask);
  }

  void waitOver(DeviceIncarnation it, Ask ask) {
    waiters.timeIsUp(it, ask);
  }

  // ---- repeats -----------------------------------------------------------------------------

  private Effect<DeviceEvent, EntityState<DeviceIncarnation>> readRepeat(
      DeviceIncarnation it, Ask ask, long entry) {
    var journal = HostDeviceEntity.persistenceId(it.id).id();
    var read = environment.entries().read(HostDeviceEntry.class, journal, entry, entry);
    entity.context.pipeToSelf(
        read, (found, failure) -> new DeviceRepeatRead(ask, entry, found, failure));
    return entity.done();
  }

  void answerRepeat(DeviceRepeatRead read) {
    var caller = Caller.of(read.ask(), environment);
    if (read.failure() != null || read.entries().isEmpty()) {
      caller.refuse(EntityRefusals.storedAnswerUnreadable());
      return;
    }
    var entry = read.entries().getFirst();
    var response =
        ExecuteHostDeviceResponse.newBuilder()
            .setReply(entry.getReply())
            .setSequenceNumber(read.entry())
            .setStateHash(entry.getStateHash())
            .setRepeatedAnswer(true);
    if (read.ask().request().getExecuteHostDevice().getWantFacts()) {
      response.addAllFacts(entry.getFactsList()).addAllFacts(entry.getSoftList());
    }
    caller.tell(caller.reply().setExecuteHostDevice(response));
  }
}
