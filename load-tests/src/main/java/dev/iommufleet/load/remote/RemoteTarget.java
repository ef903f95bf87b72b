package dev.iommufleet.load.remote;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.FleetException;
import dev.iommufleet.client.IommuSession;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.IommuView;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.load.capture.Step;
import dev.iommufleet.load.capture.Target;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Observe;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * An IOMMU of a running fleet. Steps are gathered in batches; while one batch is with the node, the
 * next is gathered. No more than one is under way: a batch of reads leaves no entry, so its repeat
 * after a crash must not meet what a later batch has done.
 */
public final class RemoteTarget implements Target {
  private static final Executor SENDER = Thread.ofVirtual().name("batch")::start;

  /** Where captures are replayed to, and how. */
  public record Place(
      FleetClient client, String iommuId, boolean keep, WireCodec codec, Outage outage) {}

  private final Place place;
  private final Set<Long> pasids = new HashSet<>();
  private String iommuId;
  private IommuConfig config;
  private IommuSession session;
  private AttachedDevices devices;
  private int created;
  private Batch gathering = new Batch();
  private Batch underWay;
  private CompletableFuture<ExecuteResponse> answer;
  private volatile Acknowledged acknowledged = new Acknowledged(0, 0, 0, false);
  private volatile Acknowledged resumed;
  private volatile boolean interrupted;

  /** The outage behind which devices have answered again. */
  private Acknowledged answeredSince;

  public RemoteTarget(Place place) {
    this.place = place;
  }

  /** The IOMMU's id; a capture with several machines makes several IOMMUs. */
  public String iommuId() {
    return iommuId;
  }

  /** The last answer. Any thread. */
  public Acknowledged acknowledged() {
    return acknowledged;
  }

  /** The first answer after the last outage; null: there was none. Any thread. */
  public Acknowledged resumed() {
    return resumed;
  }

  @Override
  public void create(IommuConfig config) {
    drain();
    remove();
    created++;
    iommuId = created == 1 ? place.iommuId : place.iommuId + "-" + created;
    this.config = config;
    session = place.client.session(iommuId);
    devices = new AttachedDevices(config);
    var iommu = place.client.create(iommuId, place.codec.spec(config));
    if (iommu.getSequenceNumber() > 1) {
      created--;
      iommuId = null;
      throw new IllegalArgumentException(
          "IOMMU %s exists and has been used; replay into an id that is new"
              .formatted(iommu.getId()));
    }
    pasids.clear();
    acknowledged = new Acknowledged(iommu.getSequenceNumber(), iommu.getStateHash(), 0, false);
  }

  @Override
  public void execute(Step step) {
    for (Operation operation : step.operations()) {
      boolean main = operation == step.main();
      add(step, operation, main ? Batch.Part.MAIN : Batch.Part.BESIDE);
      if (main && devices.mayBeToldBy(operation)) {
        play(step);
      }
    }
    gathering.end(step);
    // The register file is looked at behind a reset, so nothing may be under way then.
    if (step.main() instanceof Operation.Reset) {
      drain();
    } else if (gathering.full()) {
      flush();
    }
  }

  private void add(Step step, Operation operation, Batch.Part part) {
    var message = place.codec.write(operation);
    if (!gathering.hasRoomFor(message)) {
      flush();
    }
    gathering.add(step, message, part);
  }

  /**
   * The devices do what they are told. The operation that tells them is the last of its request: it
   * answers although the queue may wait for them, and none that follows does its work before.
   */
  private void play(Step step) {
    drain();
    answerAgain(step);
    Fact.CommandPosted posted;
    while ((posted = step.nextCommand()) != null) {
      int errno = step.carryOut(posted);
      var answer = new Operation.AnswerCommand(posted.sourceId(), 0, posted.id(), errno);
      devices.answered(answer);
      report(step, answer);
      answerAgain(step);
    }
  }

  private void report(Step step, Operation.AnswerCommand answer) {
    add(step, answer, Batch.Part.ANSWER);
    drain();
  }

  /** Behind an outage. */
  private void answerAgain(Step step) {
    while (answeredSince != resumed) {
      answeredSince = resumed;
      devices.answersToRepeat().forEach(answer -> report(step, answer));
    }
  }

  @Override
  public void drain() {
    flush();
    settle();
  }

  /** Sends what was gathered, once the batch before is answered. */
  private void flush() {
    settle();
    var batch = gathering;
    gathering = new Batch();
    if (batch.operations().isEmpty()) {
      batch.answerAll();
      return;
    }
    underWay = batch;
    answer = CompletableFuture.supplyAsync(() -> send(batch), SENDER);
  }

  private ExecuteResponse send(Batch batch) {
    for (int attempt = 1; ; attempt++) {
      try {
        return session.execute(batch.operations(), Observe.OBSERVE_TRACES, false);
      } catch (RefusedException e) {
        if (!mayPass(e)) {
          throw e;
        }
        pause(e, attempt);
      } catch (FleetException e) {
        pause(e, attempt);
      }
    }
  }

  private void pause(FleetException failure, int attempt) {
    interrupted = true;
    place.outage.await(failure, attempt);
    place.client.reconnect();
  }

  private static boolean mayPass(RefusedException refused) {
    return switch (refused.code()) {
      case "BUSY",
          "JOURNAL_UNAVAILABLE",
          "NODE_NOT_READY",
          "NODE_STOPPING",
          "NO_ANSWER",
          "OWNERSHIP_UNCERTAIN",
          "REQUEST_RUNNING" ->
          true;
      default -> false;
    };
  }

  private void settle() {
    if (underWay == null) {
      return;
    }
    var batch = underWay;
    underWay = null;
    ExecuteResponse response;
    try {
      response = answer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof FleetException failure ? failure : e;
    }
    if (response.getFactsTruncated() && !response.getRepeatedAnswer()) {
      throw new IllegalStateException(
          "the facts of %d operations did not fit one answer".formatted(batch.operations().size()));
    }
    tell(batch, response);
  }

  private void tell(Batch batch, ExecuteResponse response) {
    place.codec.read(
        batch.operations(),
        response.getFactsList(),
        (fact, operation) -> {
          count(fact);
          devices.accept(fact);
          batch.fact(operation, fact);
        });
    for (int i = 0; i < response.getRepliesCount(); i++) {
      batch.reply(i, place.codec.read(response.getReplies(i)));
    }
    acknowledged =
        new Acknowledged(
            response.getSequenceNumber(),
            response.getStateHash(),
            pasids.size(),
            response.getRepeatedAnswer());
    if (interrupted) {
      interrupted = false;
      resumed = acknowledged;
    }
    if (response.getRepeatedAnswer()) {
      batch.answeredFromJournal();
    }
    batch.answerAll();
  }

  private void count(Fact fact) {
    switch (fact) {
      case Fact.PasidEntryCached it -> pasids.add(key(it.sourceId(), it.pasid()));
      case Fact.PasidEntryDropped it -> pasids.remove(key(it.sourceId(), it.pasid()));
      case Fact.Lasting _, Fact.Soft _, Fact.Outcome _, Fact.Trace _ -> {}
    }
  }

  private static long key(int sourceId, int pasid) {
    return (long) sourceId << Integer.SIZE | pasid & 0xFFFF_FFFFL;
  }

  /** Values from the node; which bits software can change follows from the configuration. */
  @Override
  public Optional<RegisterImage> registers() {
    var bytes = place.client.registers(iommuId).getRegisters().toByteArray();
    var values = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    var masks = new Iommu(config).view();
    return Optional.of(
        new RegisterImage() {
          @Override
          public int value(int offset) {
            return values.getInt(offset);
          }

          @Override
          public int writable(int offset) {
            return masks.writableMask(offset);
          }

          @Override
          public int writeOneToClear(int offset) {
            return masks.clearedByOneMask(offset);
          }

          @Override
          public int writeOnly(int offset) {
            return masks.writeOnlyMask(offset);
          }
        });
  }

  @Override
  public Optional<List<IommuView.BoundPasid>> bindings(int sourceId) {
    return Optional.of(devices.bindings(sourceId));
  }

  /** The IOMMU is deleted unless it is to be kept. */
  @Override
  public void close() {
    remove();
  }

  private void remove() {
    if (iommuId != null && !place.keep) {
      for (Operation departure : devices.departures()) {
        session.execute(List.of(place.codec.write(departure)));
      }
      place.client.delete(iommuId);
    }
    iommuId = null;
  }
}
