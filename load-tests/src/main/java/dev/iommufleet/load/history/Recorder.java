package dev.iommufleet.load.history;

import dev.iommufleet.client.CallFailedException;
import dev.iommufleet.client.FleetException;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.client.UnreachableException;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Iommu;
import dev.iommufleet.protocol.api.v1.WatchResponse;
import dev.iommufleet.protocol.load.v1.Answered;
import dev.iommufleet.protocol.load.v1.Complaint;
import dev.iommufleet.protocol.load.v1.FaultHealed;
import dev.iommufleet.protocol.load.v1.FaultInjected;
import dev.iommufleet.protocol.load.v1.FinalState;
import dev.iommufleet.protocol.load.v1.HistoryBegan;
import dev.iommufleet.protocol.load.v1.HistoryRecord;
import dev.iommufleet.protocol.load.v1.NoAnswer;
import dev.iommufleet.protocol.load.v1.PhaseBegan;
import dev.iommufleet.protocol.load.v1.Recovered;
import dev.iommufleet.protocol.load.v1.Refused;
import dev.iommufleet.protocol.load.v1.Watched;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Records what a load does and sees. Any thread: a record is one place in a bounded queue; a thread
 * of the recorder's own writes the file and tells those who listen. When it falls behind, recording
 * threads wait, and the last record says for how long.
 */
public final class Recorder implements AutoCloseable {
  private final long beganNanos = System.nanoTime();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong streams = new AtomicLong();
  private final AtomicLong faults = new AtomicLong();
  private final Spill spill;

  private Recorder(Spill spill) {
    this.spill = spill;
  }

  /**
   * Begins a history.
   *
   * @param file null: none is written, only listeners are told
   * @param listeners told of each record in order, on one thread; what one throws ends the recorder
   */
  public static Recorder open(
      Path file, Keep keep, HistoryBegan began, List<Consumer<HistoryRecord>> listeners)
      throws IOException {
    var recorder = new Recorder(Spill.open(file, keep, listeners));
    var first = began.toBuilder().setSchema(HistoryFile.SCHEMA).build();
    recorder.put(HistoryRecord.newBuilder().setBegan(first), 0);
    return recorder;
  }

  /** Nanoseconds since the history began. */
  public long now() {
    return System.nanoTime() - beganNanos;
  }

  // ---- calls -------------------------------------------------------------------------------

  /**
   * Before the call is sent.
   *
   * @return its number, to be given with its end
   */
  public long invoked(Invocation invocation) {
    long call = calls.incrementAndGet();
    put(HistoryRecord.newBuilder().setInvoked(invocation.message(call)), invocation.weight());
    return call;
  }

  public void answered(long call, ExecuteResponse response) {
    var it =
        Answered.newBuilder()
            .setCall(call)
            .setSequenceNumber(response.getSequenceNumber())
            .setStateHash(response.getStateHash())
            .addAllReplies(response.getRepliesList())
            .addAllFacts(response.getFactsList())
            .setFactsTruncated(response.getFactsTruncated())
            .setRepeatedAnswer(response.getRepeatedAnswer());
    put(HistoryRecord.newBuilder().setAnswered(it), response.getSerializedSize());
  }

  /** The answer of create or get. The model of the IOMMU begins with it. */
  public void answered(long call, Iommu iommu) {
    var it =
        Answered.newBuilder()
            .setCall(call)
            .setSequenceNumber(iommu.getSequenceNumber())
            .setStateHash(iommu.getStateHash())
            .setIommu(iommu);
    put(HistoryRecord.newBuilder().setAnswered(it), 0);
  }

  /** An answer that says how far the entity is. */
  public void answered(long call, long sequenceNumber, long stateHash) {
    var it =
        Answered.newBuilder()
            .setCall(call)
            .setSequenceNumber(sequenceNumber)
            .setStateHash(stateHash);
    put(HistoryRecord.newBuilder().setAnswered(it), 0);
  }

  /** An answer with a number and no hash; 0: without a number too. */
  public void answered(long call, long sequenceNumber) {
    var it = Answered.newBuilder().setCall(call).setSequenceNumber(sequenceNumber);
    put(HistoryRecord.newBuilder().setAnswered(it), 0);
  }

  /**
   * The call ended without an answer. A refusal to the first attempt says that nothing was
   * executed, unless its code says otherwise; behind that nobody knows what became of earlier
   * attempts.
   *
   * @param attempts how often it was sent
   */
  public void failed(long call, FleetException failure, int attempts) {
    switch (failure) {
      case RefusedException e when attempts <= 1 && Refusals.nothingExecuted(e.code()) ->
          put(
              HistoryRecord.newBuilder()
                  .setRefused(
                      Refused.newBuilder()
                          .setCall(call)
                          .setCode(e.code())
                          .setMessage(e.getMessage())),
              0);
      case RefusedException e -> noAnswer(call, e.code(), e.getMessage());
      case CallFailedException e -> noAnswer(call, e.status().name(), e.getMessage());
      case UnreachableException e -> noAnswer(call, "UNREACHABLE", e.getMessage());
    }
  }

  /** Nobody knows whether the call was executed. */
  public void noAnswer(long call, String code, String message) {
    var it = NoAnswer.newBuilder().setCall(call).setCode(code).setMessage(message);
    put(HistoryRecord.newBuilder().setNoAnswer(it), 0);
  }

  // ---- watching ----------------------------------------------------------------------------

  /** The number of a new Watch stream. */
  public long stream() {
    return streams.incrementAndGet();
  }

  /** A message of a stream. */
  public void watched(String iommuId, long stream, WatchResponse response) {
    var it = Watched.newBuilder().setIommuId(iommuId).setStream(stream).setResponse(response);
    put(HistoryRecord.newBuilder().setWatched(it), response.getSerializedSize());
  }

  /**
   * A guest says that something cannot be.
   *
   * @param rule an invariant, as in {@code I1}; or {@code oracle}; or {@code guest}
   */
  public void complaint(String guest, String iommuId, String rule, String what) {
    var it = Complaint.newBuilder().setGuest(guest).setIommuId(iommuId).setRule(rule).setWhat(what);
    put(HistoryRecord.newBuilder().setComplaint(it), 0);
  }

  // ---- the fleet ---------------------------------------------------------------------------

  public void phase(String name) {
    put(HistoryRecord.newBuilder().setPhase(PhaseBegan.newBuilder().setName(name)), 0);
  }

  /**
   * Before something is done to the fleet.
   *
   * @param what its number is filled in
   * @return its number
   */
  public long fault(FaultInjected.Builder what) {
    long fault = faults.incrementAndGet();
    put(HistoryRecord.newBuilder().setFault(what.setFault(fault)), 0);
    return fault;
  }

  public void healed(long fault) {
    put(HistoryRecord.newBuilder().setHealed(FaultHealed.newBuilder().setFault(fault)), 0);
  }

  /** Everybody is served again. */
  public void recovered(long fault, Duration withoutService) {
    var it =
        Recovered.newBuilder().setFault(fault).setWithoutServiceNanos(withoutService.toNanos());
    put(HistoryRecord.newBuilder().setRecovered(it), 0);
  }

  /** Read when nobody drives the entity any more. */
  public void finalState(FinalState state) {
    put(HistoryRecord.newBuilder().setFinalState(state), 0);
  }

  // ---- end ---------------------------------------------------------------------------------

  /** Writes what is queued and the last record; nothing may be recorded any more. */
  public void end(boolean interrupted) {
    spill.end(now(), interrupted);
  }

  /** As {@link #end}, unless that was called. */
  @Override
  public void close() {
    end(true);
  }

  private void put(HistoryRecord.Builder record, int weight) {
    spill.put(record.setAtNanos(now()).build(), weight);
  }
}
