package dev.iommufleet.load.check;

import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.OperationStatus;
import dev.iommufleet.protocol.api.v1.WatchedFact;
import dev.iommufleet.protocol.api.v1.WriteRegister;
import dev.iommufleet.protocol.load.v1.Answered;
import dev.iommufleet.protocol.load.v1.FinalState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The page-request queue overwrites nothing and accounts for what it discards. */
final class I4Requests extends Checker {
  private static final int PQH = 0xC0;
  private static final int PQT = 0xC8;
  private static final int PQA = 0xD0;
  private static final int PRS = 0xDC;
  private static final int PRO = 2;
  private static final int EACH = 32;

  /** What the guest has taken when a call behind entry {@code floor} ran. */
  private record Taken(long floor, long count) {}

  private static final class Of {
    long base = -1;
    long slots;
    long head;
    long taken;

    /** As much as was certainly taken at the entry that was watched last. */
    long before;

    final List<Taken> heads = new ArrayList<>();
    long written;
    long next = -1;
    long accepted;
    boolean overflowed;

    /** Not all is known: devices ask by themselves, or an outcome is not known. */
    boolean partial;
  }

  private final Map<String, Of> all = new HashMap<>();
  private final Settled settled = new Settled();

  I4Requests() {
    super(
        "I4",
        "Page-request overflow overwrites nothing and is accounted for; requests are accepted"
            + " again only after software cleared it");
  }

  private Of of(String iommu) {
    return all.computeIfAbsent(iommu, _ -> new Of());
  }

  // ---- calls -------------------------------------------------------------------------------

  @Override
  void invoked(Call call) {
    if (call.isDevice()) {
      of(call.invoked.getIommuId()).partial = true;
      return;
    }
    if (!call.hasOperations()) {
      of(call.entity()).partial |= call.invoked.getOperationCount() > 0;
      return;
    }
    var of = of(call.entity());
    for (Operation operation : call.invoked.getOperationsList()) {
      if (operation.hasWriteRegister()) {
        register(of, call, operation.getWriteRegister());
      } else if (operation.hasReset() || operation.hasDevicePageRequest()) {
        of.partial = true;
      }
    }
  }

  private static void register(Of of, Call call, WriteRegister write) {
    switch (write.getOffset()) {
      case PQA -> {
        of.base = write.getValue() & ~0xFFFL;
        of.slots = (0x1000L << (write.getValue() & 7)) / EACH;
      }
      case PQT -> of.next = -1;
      case PQH -> {
        if (of.slots > 0) {
          long position = write.getValue() / EACH;
          of.taken += Math.floorMod(position - of.head, of.slots);
          of.head = position;
          of.heads.add(new Taken(call.floor, of.taken));
        } else {
          of.head = write.getValue() / EACH;
        }
      }
      default -> {}
    }
  }

  @Override
  void answered(Call call, Answered answer) {
    if (call.isDevice() || !call.hasOperations() || answer.getRepliesCount() == 0) {
      return;
    }
    var of = of(call.entity());
    of.partial |= call.overlapped;
    for (int i = 0; i < answer.getRepliesCount(); i++) {
      var operation = call.invoked.getOperations(i);
      if (operation.hasRequestPage()) {
        requested(of, call, answer.getReplies(i).getPageRequestAnswer().getStatus());
      } else if (operation.hasWriteRegister()
          && operation.getWriteRegister().getOffset() == PRS
          && (operation.getWriteRegister().getValue() & PRO) != 0) {
        of.overflowed = false;
      }
    }
  }

  private void requested(Of of, Call call, OperationStatus status) {
    checked();
    if (status == OperationStatus.OPERATION_STATUS_NO_SPACE) {
      of.overflowed = true;
    } else if (status == OperationStatus.OPERATION_STATUS_OK) {
      of.accepted++;
      if (of.overflowed && !of.partial) {
        broken(
            call.entity(),
            "a page request was accepted before its guest had cleared the overflow",
            call.toString());
      }
    }
  }

  @Override
  void unknown(Call call) {
    of(call.entity()).partial = true;
  }

  // ---- watching ----------------------------------------------------------------------------

  @Override
  void watched(String iommu, long entry, WatchedFact fact) {
    if (!PageRequestWrites.is(fact.getFact())) {
      return;
    }
    var of = of(iommu);
    of.written++;
    if (of.base == -1 || of.partial) {
      return;
    }
    checked();
    long slot = (fact.getFact().getMemoryWritten().getAddress() - of.base) / EACH;
    if (of.next != -1 && slot != of.next) {
      broken(
          iommu,
          "a page request went to slot %d of the queue, the next is %d".formatted(slot, of.next),
          "entry %d, fact %d".formatted(entry, fact.getIndex()));
    }
    of.next = (slot + 1) % of.slots;
    long waiting = of.written - takenBefore(of, entry);
    if (waiting > of.slots - 1) {
      broken(
          iommu,
          "%d page requests wait in a queue for %d".formatted(waiting, of.slots - 1),
          "slot %d was overwritten in entry %d".formatted(slot, entry));
    }
  }

  /** As much as the guest can have taken by then. */
  private static long takenBefore(Of of, long entry) {
    while (of.heads.size() > 1 && of.heads.get(1).floor < entry) {
      of.heads.removeFirst();
    }
    return of.heads.isEmpty() || of.heads.getFirst().floor >= entry
        ? of.before
        : (of.before = of.heads.getFirst().count);
  }

  @Override
  void caughtUp(String iommu, long entry) {
    settled.caughtUp(iommu, entry);
  }

  @Override
  void finalState(FinalState state) {
    settled.finalState(state);
    var of = all.get(state.getEntity());
    if (of == null || of.partial || !settled.is(state.getEntity())) {
      return;
    }
    if (of.accepted != of.written) {
      broken(
          state.getEntity(),
          "%d page requests were accepted and %d were written".formatted(of.accepted, of.written),
          "all entries up to %d were watched".formatted(state.getSequenceNumber()));
    }
  }
}
