package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.hardware.vtd.spec.Descriptor;
import dev.iommufleet.hardware.vtd.spec.Descriptor.PageGroupResponse;
import dev.iommufleet.hardware.vtd.spec.Descriptor.Wait;
import dev.iommufleet.hardware.vtd.spec.PageRequestDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The page-request queue and the thread that empties it. */
final class PageRequestQueue {
  private static final int BYTES = 2_048 * PageRequestDescriptor.BYTES;
  private static final int PQH = 0xC0;
  private static final int PQT = 0xC8;
  private static final int PRS = 0xDC;
  private static final int PENDING = 1;
  private static final int OVERFLOW = 2;
  private static final int SUCCESS = 0;

  private final Kernel kernel;
  private int head;
  private int tail;
  private final List<PageRequestDescriptor> taken = new ArrayList<>();

  PageRequestQueue(Kernel kernel) {
    this.kernel = kernel;
  }

  /** The interrupt handler: the pending bit goes before the tail is looked at. */
  void look(Batch batch) {
    batch.write(PRS, 4, PENDING);
    batch.add(
        new Operation.ReadRegister(PQT, 8),
        reply -> {
          if (reply instanceof Reply.RegisterValue it) {
            tail = (int) it.value();
          }
          return tail == head ? none() : null;
        });
    batch.poll(PQH, 8, -1, head);
    batch.poll(PRS, 4, OVERFLOW, 0);
  }

  private static Finding none() {
    return new Finding(Finding.GROUPS, "a page request was accepted and is not in the queue");
  }

  /** Reads what lies between head and tail. */
  void read(Batch batch) {
    taken.clear();
    int end = tail > head ? tail : BYTES;
    readRange(batch, head, end);
    if (tail < head && tail > 0) {
      readRange(batch, 0, tail);
    }
  }

  private void readRange(Batch batch, int from, int to) {
    if (to > from) {
      batch.add(
          new Operation.ReadMemory(Kernel.REQUESTS + from, to - from),
          reply -> {
            if (!(reply instanceof Reply.MemoryBytes it) || it.bytes().length != to - from) {
              return new Finding(Finding.GUEST, "the page-request queue was read as " + reply);
            }
            decode(it.bytes());
            return null;
          });
    }
  }

  private void decode(byte[] bytes) {
    var words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    for (int i = 0; i < words.limit(); i += 4) {
      taken.add(PageRequestDescriptor.decode(words.get(i), words.get(i + 1)));
    }
  }

  /** What was read, in the order of the queue. */
  List<PageRequestDescriptor> taken() {
    return List.copyOf(taken);
  }

  /** Each group that was closed is answered, and the slots are free again. */
  void answer(Batch batch) {
    var responses = new ArrayList<Descriptor>();
    for (PageRequestDescriptor request : taken) {
      if (request.last() && !request.stopMarker()) {
        responses.add(
            new PageGroupResponse(
                request.sourceId(), request.pasid(), SUCCESS, request.groupIndex()));
      }
    }
    kernel.ring.submit(batch, responses, false);
    head = tail;
    batch.write(PQH, 8, head);
    taken.clear();
  }

  /**
   * Nothing of a PASID that is gone is in the queue, nor on its way: a wait that fences, the flush
   * once more, and a wait that drains.
   */
  void drain(Batch batch, Space space) {
    batch.poll(PQT, 8, -1, tail);
    batch.poll(PQH, 8, -1, head);
    var all = new ArrayList<Descriptor>();
    all.add(new Wait(false, false, true, false, 0, 0));
    all.add(Flushes.pasidIotlb(space.domain, space.pasid));
    if (kernel.usesAts(space.source)) {
      all.add(Flushes.deviceTlb(space.source, space.pasid));
    }
    kernel.ring.submit(batch, all, true);
  }
}
