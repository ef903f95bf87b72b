package dev.iommufleet.actors;

import akka.persistence.typed.javadsl.Effect;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.iommufleet.actors.EntityCommand.Ask;
import dev.iommufleet.actors.EntityCommand.DeadlinePassed;
import dev.iommufleet.actors.EntityCommand.RepeatRead;
import dev.iommufleet.persistence.mapping.Configs;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.protocol.api.v1.CreateIommuRequest;
import dev.iommufleet.protocol.api.v1.CreateIommuResponse;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.GetIommuResponse;
import dev.iommufleet.protocol.api.v1.IommuConfig;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import dev.iommufleet.protocol.api.v1.Timeouts;
import dev.iommufleet.protocol.cluster.v1.Awake;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What the entity does with requests while its IOMMU exists. */
final class Requests {
  private final IommuEntity entity;
  private final DeviceLinks links;
  private final EntityEnvironment environment;
  private final EntityLimits limits;
  private final EntryWriter entries;
  private final RequestCheck check;
  private final Counting counting;

  Requests(IommuEntity entity, DeviceLinks links, Counting counting) {
    this.entity = entity;
    this.links = links;
    this.counting = counting;
    this.environment = entity.environment;
    this.limits = environment.settings().limits();
    this.entries = new EntryWriter(environment);
    this.check = new RequestCheck(limits);
  }

  // ---- create ------------------------------------------------------------------------------

  /**
   * What a creation asks for, resolved with what this node has for those who do not say.
   *
   * @throws MalformedException a name or a number is none
   */
  IommuConfig config(String id, CreateIommuRequest request) {
    var level =
        environment.settings().fullByDefault()
            ? JournalLevel.JOURNAL_LEVEL_FULL
            : JournalLevel.JOURNAL_LEVEL_FACTS;
    return config(id, request, level, timeouts());
  }

  private Timeouts timeouts() {
    return Timeouts.newBuilder()
        .setDeviceTlbMillis(environment.settings().links().invalidationTimeoutMillis())
        .build();
  }

  private static IommuConfig config(
      String id, CreateIommuRequest request, JournalLevel level, Timeouts timeouts) {
    RequestCheck.id(id);
    var config = Configs.resolve(request.getSpec());
    var conflicts = config.conflicts();
    if (!conflicts.isEmpty()) {
      throw new RefusedException(Refusals.of(conflicts.getFirst()));
    }
    return Configs.write(config, Configs.level(request.getSpec(), level)).toBuilder()
        .setTimeouts(Configs.timeouts(request.getSpec(), timeouts))
        .build();
  }

  /** The same creation is answered as the first time, whatever the node has by now. */
  Effect<IommuEvent, EntityState<Incarnation>> createAgain(Incarnation it, Ask ask) {
    var timeouts = it.config.hasTimeouts() ? it.config.getTimeouts() : timeouts();
    var asked = config(it.id, ask.request().getCreate(), it.config.getJournalLevel(), timeouts);
    if (!Configs.agree(it.config, asked)) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_IOMMU_EXISTS,
          "an IOMMU '%s' exists with another configuration; choose another id".formatted(it.id));
    }
    var caller = Caller.of(ask, environment);
    caller.tell(
        caller
            .reply()
            .setCreate(
                CreateIommuResponse.newBuilder()
                    .setIommu(Views.iommu(it, environment.node().get()))));
    return entity.done();
  }

  // ---- look --------------------------------------------------------------------------------

  EntityReply.Builder look(Incarnation it, Ask ask) {
    var request = ask.request();
    var reply = Caller.of(ask, environment).reply();
    return switch (request.getRequestCase()) {
      case GET ->
          reply.setGet(
              GetIommuResponse.newBuilder().setIommu(Views.iommu(it, environment.node().get())));
      case GET_REGISTERS -> reply.setGetRegisters(Views.registers(it));
      case LIST_PASID_CACHE ->
          reply.setListPasidCache(Views.pasids(it, request.getListPasidCache()));
      case LIST_FAULTS -> reply.setListFaults(Views.faults(it));
      case READ_MEMORY -> {
        check.memoryRead(request.getReadMemory().getLength());
        yield reply.setReadMemory(Views.memory(it, request.getReadMemory()));
      }
      case WAKE -> reply.setAwake(Awake.getDefaultInstance());
      case EXECUTE,
          ENCODED_EXECUTE,
          CREATE,
          DELETE,
          WATCH,
          STOP_WATCH,
          WATCH_CREDIT,
          CREATE_HOST_DEVICE,
          GET_HOST_DEVICE,
          DELETE_HOST_DEVICE,
          EXECUTE_HOST_DEVICE,
          LIST_HOST_DEVICE_STATE,
          WAIT_HOST_DEVICE,
          REQUEST_NOT_SET ->
          throw new RefusedException(
              RefusalCode.REFUSAL_CODE_UNSUPPORTED,
              "request %s is not known to this node".formatted(request.getRequestCase()));
    };
  }

  // ---- execute -----------------------------------------------------------------------------

  /** Here, and nowhere else, are operations decoded. */
  static Ask decoded(Ask ask) {
    try {
      return new Ask(
          EntityRequest.newBuilder()
              .setCorrelation(ask.request().getCorrelation())
              .setExecute(ExecuteRequest.parseFrom(ask.request().getEncodedExecute()))
              .setEncodeReply(true)
              .build(),
          ask.replyTo());
    } catch (InvalidProtocolBufferException e) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_BAD_ARGUMENT,
          "the message is no message of this call: " + e.getMessage());
    }
  }

  Effect<IommuEvent, EntityState<Incarnation>> execute(Incarnation it, Ask ask) {
    var request = ask.request().getExecute();
    check.request(request);
    var client = EntryWriter.client(request);
    var caller = Caller.of(ask, environment);
    if (request.hasRequestId()) {
      for (var waiting : it.suspended.values()) {
        if (waiting.sameId(client)) {
          var digest = RequestCheck.digest(request.getOperationsList());
          return joinSuspended(waiting, digest.equals(waiting.client().getDigest()), caller);
        }
      }
      var known = it.memory.recall(client, request.getOperationsList());
      if (known != null) {
        return readRepeat(it, ask, known.entry());
      }
    }
    if (it.suspended.size() >= limits.suspendedRequests()) {
      throw new RefusedException(
          Refusals.of(
              RefusalCode.REFUSAL_CODE_BUSY,
              "%d requests of IOMMU '%s' wait; that is the most"
                  .formatted(it.suspended.size(), it.id),
              Map.of("retry_after_millis", "100")));
    }
    var run = Run.of(request, client);
    links.refusePlayed(it, run.hardwareOperations());
    var refusal = it.iommu.refusal(run.hardwareOperations());
    if (refusal.isPresent()) {
      throw new RefusedException(Refusals.of(refusal.get()));
    }
    run.callers.add(caller);
    return advance(it, run);
  }

  private Effect<IommuEvent, EntityState<Incarnation>> joinSuspended(
      Run run, boolean same, Caller caller) {
    if (!same) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_REQUEST_ID_REUSED,
          "request %d of session '%s' had other operations; each request needs its own sequence"
              .formatted(run.client().getSequence(), run.client().getSession()));
    }
    if (run.callers.size() >= limits.suspendedRequests()) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_REQUEST_RUNNING,
          "the request with this id is still running; ask again later");
    }
    run.callers.add(caller);
    return entity.done();
  }

  /** Lets the hardware run what it can, then writes or answers. */
  Effect<IommuEvent, EntityState<Incarnation>> advance(Incarnation it, Run run) {
    boolean byTimer = run.deadlinePassed;
    boolean continued = run.segment != null || run.requestEntry != 0;
    var end = turn(it, run);
    if (end == Turn.End.TIRED) {
      hold(it, run);
      return entity.done();
    }
    counting.ran(it, run.messages.subList(run.segment.first, run.next), run.segment.facts);
    switch (end) {
      case FINISHED -> {
        if (!mustJournal(it, run)) {
          it.carried.addAll(run.segment.soft);
          answer(it, run);
          if (!continued && run.report == null) {
            return entity.done();
          }
          wakeOne(it);
          return entity.doneAndUnstash();
        }
      }
      case TIRED, SUSPENDED, SEGMENT_FULL -> {}
    }
    var event = entries.segment(it, run, byTimer);
    run.segment = null;
    return entity.persist(
        event,
        end == Turn.End.FINISHED ? List.copyOf(run.callers) : List.of(),
        _ -> {
          it.watchers.publish(it.sequenceNumber, event.entry());
          if (end == Turn.End.FINISHED) {
            links.answer(it, run);
          }
          links.tellNew(it);
          afterEntry(it, run, end);
          var response = response(it, run);
          return caller -> caller.reply().setExecute(response);
        });
  }

  private Turn.End turn(Incarnation it, Run run) {
    try {
      return it.turn.run(run);
    } catch (RuntimeException e) {
      // The supervisor makes the entity anew; the callers need not wait for it.
      var failed =
          Refusals.of(
              RefusalCode.REFUSAL_CODE_INTERNAL,
              "the server erred at operation %d and IOMMU %s starts again from its journal: %s"
                  .formatted(run.next, it.id, e));
      run.callers.forEach(caller -> caller.refuse(failed));
      throw new ModelFailure(
          "IOMMU %s after entry %d, operation %d of %d"
              .formatted(it.id, it.sequenceNumber, run.next, run.messages.size()),
          e);
    }
  }

  private boolean mustJournal(Incarnation it, Run run) {
    var segment = run.segment;
    return run.requestEntry != 0
        || !segment.facts.isEmpty()
        || (environment.settings().sessionsJournaled() && run.opensSession())
        || (it.full() && !segment.soft.isEmpty())
        || it.carried.size() + segment.soft.size() > environment.settings().carriedFacts();
  }

  private void answer(Incarnation it, Run run) {
    var response = response(it, run);
    run.callers.forEach(caller -> caller.tell(caller.reply().setExecute(response)));
    links.answer(it, run);
  }

  private static dev.iommufleet.protocol.api.v1.ExecuteResponse response(Incarnation it, Run run) {
    var response =
        run.response().setSequenceNumber(it.sequenceNumber).setStateHash(it.iommu.stateHash());
    if (run.wantSoftHash) {
      response.setSoftHash(it.iommu.softHash());
    }
    return response.build();
  }

  private void afterEntry(Incarnation it, Run run, Turn.End end) {
    if (end == Turn.End.SEGMENT_FULL) {
      hold(it, run);
      return;
    }
    if (end == Turn.End.SUSPENDED) {
      arm(run);
    }
    wakeOne(it);
  }

  /** Nobody else gets at the IOMMU until this request has gone on. */
  private void hold(Incarnation it, Run run) {
    it.running = run;
    entity.context.getSelf().tell(new EntityCommand.GoOn());
  }

  /** What came true may be what a suspended request waits for; the oldest one goes first. */
  private void wakeOne(Incarnation it) {
    for (var run : it.suspended.values()) {
      if (it.turn.ready(run)) {
        hold(it, run);
        return;
      }
      arm(run);
    }
  }

  /** An await's time begins when it is what the request waits for. */
  private void arm(Run run) {
    var await = run.await();
    var key = "await-" + run.requestEntry + "-" + run.next;
    if (await != null && !run.waitsForQueue && !entity.timers.isTimerActive(key)) {
      entity.timers.startSingleTimer(
          key,
          new DeadlinePassed(run.requestEntry, run.next),
          Duration.ofMillis(await.getDeadlineMillis()));
    }
  }

  Effect<IommuEvent, EntityState<Incarnation>> deadline(Incarnation it, DeadlinePassed passed) {
    var run = it.suspended.get(passed.requestEntry());
    if (run == null || run.next != passed.operation() || run.await() == null) {
      return entity.done();
    }
    run.deadlinePassed = true;
    return it.running == null ? advance(it, run) : entity.done();
  }

  /** After a restart: timers begin anew, and what can go on does. */
  void resume(Incarnation it) {
    links.resume(it);
    it.suspended.values().forEach(this::arm);
    wakeOne(it);
  }

  // ---- repeats -----------------------------------------------------------------------------

  private Effect<IommuEvent, EntityState<Incarnation>> readRepeat(
      Incarnation it, Ask ask, long entry) {
    var journal = IommuEntity.persistenceId(it.id).id();
    var read =
        environment
            .entries()
            .read(Entry.class, journal, entry, entry)
            .thenCompose(
                last -> {
                  long first = last.isEmpty() ? 0 : last.getFirst().getCause().getRequestEntry();
                  return first == 0
                      ? CompletableFuture.completedStage(last)
                      : environment.entries().read(Entry.class, journal, first, entry);
                });
    entity.context.pipeToSelf(read, (found, failure) -> new RepeatRead(ask, entry, found, failure));
    return entity.done();
  }

  void answerRepeat(RepeatRead read) {
    var caller = Caller.of(read.ask(), environment);
    if (read.failure() != null || read.entries().isEmpty()) {
      caller.refuse(EntityRefusals.storedAnswerUnreadable());
      return;
    }
    var response = RepeatedAnswer.of(read.entries(), read.entry(), read.ask().request());
    caller.tell(caller.reply().setExecute(response));
  }
}
