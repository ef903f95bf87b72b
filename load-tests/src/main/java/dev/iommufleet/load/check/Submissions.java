package dev.iommufleet.load.check;

import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.WriteMemory;
import dev.iommufleet.protocol.load.v1.Answered;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What guests put into their invalidation queues, as their stores to the ring show it; judges
 * nothing itself.
 */
final class Submissions extends Checker {
  private static final int IQA = 0x90;
  private static final int GCMD = 0x18;
  private static final long QIE = 1L << 26;
  private static final long WIDE = 1L << 11;
  private static final int TYPE_WAIT = 5;
  private static final int TYPE_RESPONSE = 9;
  private static final long STATUS_WRITE = 1L << 5;

  /** A wait that writes a status. */
  record Wait(long address, int value) {}

  /** Page-request group that is answered. */
  record Group(int sourceId, int pasid, int index) {}

  /** Of one IOMMU. */
  static final class Of {
    private long base = -1;
    private long bytes;
    private int each;

    final Map<Wait, Integer> waits = new HashMap<>();
    final Map<Group, Integer> responses = new HashMap<>();

    /** Of these nobody knows whether they were submitted. */
    boolean uncertain;

    /** The queue was switched off or the unit was reset: what is open need not complete. */
    boolean aborted;

    /** Operations are missing: nothing can be said. */
    boolean partial;
  }

  private final Map<String, Of> all = new HashMap<>();
  private final Set<String> seen = new HashSet<>();

  Submissions() {
    super("", "");
  }

  /** Null: nothing is known of the IOMMU. */
  Of of(String iommu) {
    return all.get(iommu);
  }

  @Override
  void invoked(Call call) {
    if (call.isDevice() || call.invoked.getOperationCount() == 0) {
      return;
    }
    var of = all.computeIfAbsent(call.entity(), _ -> new Of());
    of.partial |= !call.hasOperations();
    if (call.id() != null && !seen.add(call.key() + " " + call.id())) {
      return; // The same once more.
    }
    for (Operation operation : call.invoked.getOperationsList()) {
      switch (operation.getKindCase()) {
        case WRITE_REGISTER -> {
          var write = operation.getWriteRegister();
          register(of, write.getOffset(), write.getValue());
        }
        case WRITE_MEMORY -> memory(of, operation.getWriteMemory());
        case RESET, LOAD_STATE -> of.aborted = true;
        default -> {}
      }
    }
  }

  @Override
  void answered(Call call, Answered answer) {
    forget(call);
  }

  @Override
  void refused(Call call, String code) {
    uncertain(call);
  }

  @Override
  void unknown(Call call) {
    uncertain(call);
  }

  private void uncertain(Call call) {
    var of = all.get(call.entity());
    if (of != null && call.hasOperations()) {
      of.uncertain = true;
    }
  }

  /** A session's ids go up, so the one before is not needed any more. */
  private void forget(Call call) {
    if (call.id() != null) {
      var id = call.invoked.getRequestId();
      seen.remove(call.key() + " " + id.getSession() + "/" + (id.getSequence() - 2));
    }
  }

  private static void register(Of of, int offset, long value) {
    if (offset == IQA) {
      of.base = value & ~0xFFFL;
      of.each = (value & WIDE) != 0 ? 32 : 16;
      of.bytes = 0x1000L << (value & 7);
    } else if (offset == GCMD && (value & QIE) == 0 && of.base != -1) {
      of.aborted = true;
    }
  }

  private static void memory(Of of, WriteMemory write) {
    long offset = write.getAddress() - of.base;
    if (of.base == -1 || offset < 0 || offset >= of.bytes || offset % of.each != 0) {
      return;
    }
    ByteBuffer data = write.getData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + of.each <= data.limit(); at += of.each) {
      descriptor(of, data.getLong(at), data.getLong(at + 8));
    }
  }

  private static void descriptor(Of of, long low, long high) {
    int type = (int) (low & 0xF | low >> 5 & 0x70);
    if (type == TYPE_WAIT && (low & STATUS_WRITE) != 0) {
      of.waits.merge(new Wait(high & ~3L, (int) (low >>> 32)), 1, Integer::sum);
    } else if (type == TYPE_RESPONSE) {
      boolean pasid = (low & 1L << 4) != 0;
      var group =
          new Group(
              (int) (low >>> 16) & 0xFFFF,
              pasid ? (int) (low >>> 32) & 0xFFFFF : -1,
              (int) (high >>> 3) & 0x1FF);
      of.responses.merge(group, 1, Integer::sum);
    }
  }
}
