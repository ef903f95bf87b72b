package dev.iommufleet.load.engine;

import com.google.protobuf.ByteString;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.FleetException;
import dev.iommufleet.client.IommuSession;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.client.UnreachableException;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.load.guest.Answer;
import dev.iommufleet.load.guest.Step;
import dev.iommufleet.load.remote.WireCodec;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.ConfigRegister;
import dev.iommufleet.protocol.api.v1.DeviceSpec;
import dev.iommufleet.protocol.api.v1.DmaOutcome;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Observe;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.QueueIdle;
import dev.iommufleet.protocol.api.v1.StartDmaRequest;
import dev.iommufleet.protocol.load.v1.Claim;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** The machine of one guest in a running fleet. One thread at a time. */
final class RemoteMachine {
  private static final int AWAIT_MILLIS = 20_000;

  private static final Operation IDLE =
      Operation.newBuilder()
          .setAwait(
              Await.newBuilder()
                  .setQueueIdle(QueueIdle.getDefaultInstance())
                  .setDeadlineMillis(AWAIT_MILLIS))
          .build();

  private static final int DMA_MILLIS = 10_000;
  private static final int ATS_ENABLE = 1 << 15;
  private static final int BUS_MASTER = 1 << 2;

  /** How often a call was sent that nobody counted: perhaps more than once. */
  private static final int SEVERAL = 2;

  private static final long DELETE_AGAIN_NANOS = 200_000_000;

  /** After these nobody knows whether the call ran. */
  private static final Set<String> UNKNOWN =
      Set.of("OWNERSHIP_UNCERTAIN", "NO_ANSWER", "JOURNAL_UNAVAILABLE");

  private static final Set<String> GONE =
      Set.of("IOMMU_DELETED", "IOMMU_NOT_FOUND", "HOST_DEVICE_DELETED", "HOST_DEVICE_NOT_FOUND");

  /**
   * How machines reach the fleet.
   *
   * @param prefix of the ids of everything that is made
   */
  record Access(
      FleetClient client,
      WireCodec codec,
      Trail trail,
      Observe observe,
      String prefix,
      Duration patience) {

    Access without(Trail none) {
      return new Access(client, codec, none, observe, prefix, patience);
    }
  }

  private final Access access;
  private final String guest;
  private String iommuId;
  private int created;
  private int devicesMade;
  private IommuSession session;

  /** Device ids by source id. */
  private final Map<Integer, String> plugged = new HashMap<>();

  private volatile long waitingSince;

  /** Of the last answer that had one. */
  private Optional<Long> stateHash = Optional.empty();

  RemoteMachine(Access access, String guest) {
    this.access = access;
    this.guest = guest;
  }

  /** Hash of all that lasts behind the last request; empty: its answer had none. */
  Optional<Long> stateHash() {
    return stateHash;
  }

  /**
   * When the call under way was made, as {@link System#nanoTime} counts; 0: none is. Any thread. A
   * step may be many calls, and is no longer unserved for that.
   */
  long waitingSince() {
    return waitingSince;
  }

  /** Its IOMMU's id; empty: it never had one. */
  String iommuId() {
    return iommuId == null ? "" : iommuId;
  }

  /** What its IOMMU has come to, if there is one. */
  void tellEnd(Trail trail, boolean settled) {
    if (iommuId != null) {
      trail.ended(access.client, iommuId, settled);
    }
  }

  /**
   * Returns with the answer, however long it takes.
   *
   * @throws FleetException no answer, or a refusal
   */
  Answer execute(Step step, long intendedNanos) {
    stateHash = Optional.empty();
    return switch (step) {
      case Step.Create it -> create(it, intendedNanos);
      case Step.Delete it -> delete(it.kind(), intendedNanos);
      case Step.Run it -> run(it, intendedNanos);
      case Step.Plug it -> plug(it, intendedNanos);
      case Step.Unplug it -> unplug(it.kind(), it.sourceId(), intendedNanos);
      case Step.Copy it -> copy(it, intendedNanos);
    };
  }

  private Trail.Call call(String kind, long intendedNanos) {
    return new Trail.Call(guest, iommuId, "", kind, intendedNanos);
  }

  private Trail.Call call(String deviceId, String kind, long intendedNanos) {
    return new Trail.Call(guest, iommuId, deviceId, kind, intendedNanos);
  }

  /** A call that answers with a sequence number. */
  private interface Numbered {
    long call();
  }

  /** A deletion is not repeated by the client; here it is, and what is gone by then was deleted. */
  private long gone(Numbered deletion) {
    long end = System.nanoTime() + access.patience.toNanos();
    for (boolean again = false; ; again = true) {
      try {
        return deletion.call();
      } catch (UnreachableException e) {
        if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
          throw e;
        }
      } catch (RefusedException e) {
        if (again && GONE.contains(e.code())) {
          return 0;
        }
        if (!UNKNOWN.contains(e.code()) || System.nanoTime() > end) {
          throw e;
        }
      }
      LockSupport.parkNanos(DELETE_AGAIN_NANOS);
    }
  }

  private void told(Trail.Call call, Numbered made) {
    long number = access.trail.other(call);
    waitingSince = System.nanoTime();
    try {
      access.trail.answered(number, made.call());
    } catch (FleetException e) {
      access.trail.failed(number, e, SEVERAL);
      throw e;
    } finally {
      waitingSince = 0;
    }
  }

  // ---- IOMMU -------------------------------------------------------------------------------

  private Answer create(Step.Create step, long intendedNanos) {
    iommuId = "%s-%s-%d".formatted(access.prefix, guest, ++created);
    var spec = access.codec.spec(step.config());
    long number = access.trail.other(call(step.kind(), intendedNanos));
    waitingSince = System.nanoTime();
    try {
      access.trail.answered(number, access.client.create(iommuId, spec));
    } catch (FleetException e) {
      access.trail.failed(number, e, SEVERAL);
      throw e;
    } finally {
      waitingSince = 0;
    }
    session = access.client.session(iommuId);
    return new Answer.Done();
  }

  private Answer delete(String kind, long intendedNanos) {
    told(call(kind, intendedNanos), () -> gone(() -> access.client.delete(iommuId)));
    iommuId = null;
    return new Answer.Done();
  }

  /** A guest goes on when what it waits for has come true: each wait ends a request. */
  private Answer run(Step.Run step, long intendedNanos) {
    var replies = new ArrayList<Reply>(step.operations().size());
    int from = 0;
    for (int wait : step.awaits()) {
      await(new Part(step, from, wait), replies, intendedNanos);
      from = wait;
    }
    if (from < step.operations().size()) {
      send(new Part(step, from, step.operations().size()), false, replies, intendedNanos);
    }
    return new Answer.Ran(replies);
  }

  /** Operations of a step from one index to another. */
  private record Part(Step.Run step, int from, int to) {

    List<Operation> operations(WireCodec codec) {
      return step.operations().subList(from, to).stream().map(codec::write).toList();
    }

    /** By index of the part's operations. */
    List<Claim> claims() {
      return step.claims().stream()
          .filter(it -> it.getOperation() >= from && it.getOperation() < to)
          .map(it -> it.toBuilder().setOperation(it.getOperation() - from).build())
          .toList();
    }
  }

  /** A queue that is never idle is seen in the answers that follow. */
  private void await(Part part, List<Reply> replies, long intendedNanos) {
    long end = System.nanoTime() + access.patience.toNanos();
    boolean met = send(part, true, replies, intendedNanos);
    while (!met && System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
      met = send(new Part(part.step, part.to, part.to), true, replies, intendedNanos);
    }
  }

  /** {@code waits}: until the queue is idle. Whether it was. */
  private boolean send(Part part, boolean waits, List<Reply> replies, long intendedNanos) {
    var operations = new ArrayList<>(part.operations(access.codec));
    if (waits) {
      operations.add(IDLE);
    }
    long number =
        access.trail.execute(
            call(part.step.kind(), intendedNanos), session.nextId(), operations, part.claims());
    ExecuteResponse response;
    waitingSince = System.nanoTime();
    try {
      response = session.execute(operations, access.observe, false);
    } catch (FleetException e) {
      access.trail.failed(number, e, session.attempts());
      throw e;
    } finally {
      waitingSince = 0;
    }
    access.trail.answered(number, response);
    stateHash = Optional.of(response.getStateHash());
    boolean met = true;
    for (var reply : response.getRepliesList()) {
      if (reply.hasAwaited()) {
        met = reply.getAwaited().getMet();
      } else {
        replies.add(access.codec.read(reply));
      }
    }
    return met;
  }

  // ---- host devices ------------------------------------------------------------------------

  private Answer plug(Step.Plug step, long intendedNanos) {
    var id = "%s-%s-d%d".formatted(access.prefix, guest, ++devicesMade);
    var devices = access.client.devices();
    told(
        call(id, "device-create", intendedNanos),
        () -> devices.create(id, DeviceSpec.getDefaultInstance()).getSequenceNumber());
    plugged.put(step.sourceId(), id);
    write(id, ConfigRegister.CONFIG_REGISTER_COMMAND, BUS_MASTER, intendedNanos);
    told(
        call(id, step.kind(), intendedNanos),
        () -> devices.attach(id, iommuId, step.sourceId()).getDevice().getSequenceNumber());
    write(id, ConfigRegister.CONFIG_REGISTER_ATS_CONTROL, ATS_ENABLE, intendedNanos);
    return new Answer.Done();
  }

  private void write(String id, ConfigRegister register, int value, long intendedNanos) {
    told(
        call(id, "device-config", intendedNanos),
        () -> access.client.devices().writeConfig(id, register, value));
  }

  private Answer unplug(String kind, int sourceId, long intendedNanos) {
    var id = plugged.get(sourceId);
    var devices = access.client.devices();
    told(call(id, kind, intendedNanos), () -> devices.detach(id).getDevice().getSequenceNumber());
    plugged.remove(sourceId);
    told(call(id, "device-delete", intendedNanos), () -> gone(() -> devices.delete(id)));
    return new Answer.Done();
  }

  private Answer copy(Step.Copy step, long intendedNanos) {
    var id = plugged.get(step.sourceId());
    var request =
        StartDmaRequest.newBuilder()
            .setDeviceId(id)
            .setIova(step.iova())
            .setLength(step.length())
            .setWaitMillis(DMA_MILLIS);
    if (step.data() != null) {
      request.setData(ByteString.copyFrom(step.data()));
    }
    var outcome = new Answer.Copied[1];
    told(
        call(id, step.kind(), intendedNanos),
        () -> {
          var response = access.client.devices().startDma(request.build());
          var result = response.getResult();
          boolean ok = result.getOutcome() == DmaOutcome.DMA_OUTCOME_OK;
          outcome[0] = new Answer.Copied(ok, result.getData().toByteArray());
          return response.getSequenceNumber();
        });
    return outcome[0];
  }

  /** What is left is taken away; nothing is measured. Does what it can. */
  void cleanUp() {
    var quiet = new RemoteMachine(access.without(Trail.NONE), guest);
    quiet.iommuId = iommuId;
    quiet.plugged.putAll(plugged);
    for (int source : List.copyOf(plugged.keySet())) {
      quiet.unplug("", source, 0);
    }
    if (iommuId != null) {
      quiet.delete("", 0);
    }
  }
}
