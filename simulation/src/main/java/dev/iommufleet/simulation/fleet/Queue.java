package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.hardware.vtd.spec.Descriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A guest's invalidation queue, as a driver uses it: descriptors and a wait for each batch, one
 * doorbell, then polling; what a time-out has discarded is submitted again. A lock keeps the
 * guest's processors from each other while tables and queue change.
 */
final class Queue {
  private static final int FSTS = 0x34;
  private static final int IQH = 0x80;
  private static final int IQT = 0x88;
  private static final int IQER_HIGH = 0xB4;
  private static final int ITE = 1 << 6;
  private static final int IQE = 1 << 4;

  private final Guest guest;
  private final ArrayDeque<Runnable> lockQueue = new ArrayDeque<>();
  private boolean locked;

  /** Descriptors since the last boot. */
  private long tail;

  private int lastWait;
  private final TreeMap<Integer, Long> open = new TreeMap<>();
  private final Set<Integer> aborted = new HashSet<>();

  /** Source ids that let an invalidation run into its time-out. */
  final Set<Integer> suspects = new HashSet<>();

  /**
   * @param descriptors made anew at each submission
   * @param drain the wait waits for page requests too
   */
  record Batch(Supplier<List<Descriptor>> descriptors, Cover cover, boolean drain) {}

  /** {@code last} behind everything else but the doorbell. */
  record Plan(List<Operation> stores, List<Batch> batches, List<Operation> last) {}

  Queue(Guest guest) {
    this.guest = guest;
  }

  // ---- lock ---------------------------------------------------------------------------------

  void lock(Runnable holder) {
    if (locked) {
      lockQueue.add(holder);
    } else {
      locked = true;
      holder.run();
    }
  }

  void unlock() {
    Runnable next = lockQueue.poll();
    if (next == null) {
      locked = false;
    } else {
      next.run();
    }
  }

  /** After a reset: empty; what was open never completes. */
  void reset() {
    tail = 0;
    aborted.addAll(open.keySet());
    open.clear();
  }

  // ---- submission ---------------------------------------------------------------------------

  /** {@code plan} is made under the lock; null: nothing to do. */
  void submit(Client cpu, Supplier<Plan> plan, Runnable then) {
    lock(
        () -> {
          Plan made = plan.get();
          if (made == null) {
            unlock();
            then.run();
          } else {
            submitLocked(cpu, made, then);
          }
        });
  }

  private void submitLocked(Client cpu, Plan plan, Runnable then) {
    var operations = new ArrayList<>(plan.stores());
    var waits = new TreeMap<Integer, Batch>();
    for (Batch batch : plan.batches()) {
      int wait = ++lastWait;
      var descriptors = new ArrayList<>(batch.descriptors().get());
      descriptors.add(
          new Descriptor.Wait(false, true, false, batch.drain(), wait, Layout.status(wait)));
      for (Descriptor descriptor : descriptors) {
        operations.add(put(descriptor));
      }
      open.put(wait, tail);
      waits.put(wait, batch);
      guest.see(new Seen.Submitted(guest.number, wait, batch.cover()));
    }
    operations.addAll(plan.last());
    if (!waits.isEmpty()) {
      long offset = tail % Layout.QUEUE_ENTRIES * Layout.DESCRIPTOR;
      operations.add(new Operation.WriteRegister(IQT, 8, offset));
    }
    if (operations.isEmpty()) {
      unlock();
      then.run();
      return;
    }
    guest.execute(
        cpu,
        operations,
        _ -> {
          unlock();
          poll(cpu, waits, 0, then);
        });
  }

  private Operation put(Descriptor descriptor) {
    long at = Layout.QUEUE + tail % Layout.QUEUE_ENTRIES * Layout.DESCRIPTOR;
    tail++;
    var bytes = ByteBuffer.allocate(Layout.DESCRIPTOR).order(ByteOrder.LITTLE_ENDIAN);
    for (long word : descriptor.encode()) {
      bytes.putLong(word);
    }
    return new Operation.WriteMemory(at, bytes.array());
  }

  // ---- polling ------------------------------------------------------------------------------

  private void poll(Client cpu, TreeMap<Integer, Batch> waits, int tries, Runnable then) {
    if (waits.isEmpty()) {
      then.run();
      return;
    }
    int wait = waits.lastKey();
    if (waits.keySet().stream().anyMatch(aborted::contains)) {
      again(cpu, waits, then);
      return;
    }
    guest.execute(
        cpu,
        List.of(
            new Operation.ReadMemory(Layout.status(wait), 4), new Operation.ReadRegister(FSTS, 4)),
        replies -> {
          long status = replies.register(1);
          if (waits.keySet().stream().anyMatch(aborted::contains)) {
            again(cpu, waits, then);
          } else if (replies.word(0) == wait) {
            waits.forEach((number, batch) -> completed(number, batch));
            then.run();
          } else if ((status & IQE) != 0) {
            guest.complain("I2", "the queue stopped with an error at FSTS %x".formatted(status));
          } else if ((status & ITE) != 0) {
            handleTimeOut(cpu, () -> poll(cpu, waits, tries + 1, then));
          } else {
            long pause = Math.min((long) Timing.POLL << Math.min(tries, 3), Timing.POLL_MAX);
            guest.later(pause, () -> poll(cpu, waits, tries + 1, then));
          }
        });
  }

  private void completed(int wait, Batch batch) {
    open.headMap(wait, true).clear();
    guest.tables.release(batch.cover());
  }

  /** As drivers do: what was fetched and has no status is lost, then the bit is cleared. */
  private void handleTimeOut(Client cpu, Runnable then) {
    lock(
        () ->
            guest.execute(
                cpu,
                List.of(
                    new Operation.ReadRegister(FSTS, 4),
                    new Operation.ReadRegister(IQH, 8),
                    new Operation.ReadRegister(IQER_HIGH, 4)),
                replies -> {
                  if ((replies.register(0) & ITE) == 0) {
                    unlock();
                    then.run();
                    return;
                  }
                  suspects.add((int) replies.register(2) & 0xFFFF);
                  abortUpTo(replies.register(1) / Layout.DESCRIPTOR);
                  guest.execute(
                      cpu,
                      List.of(new Operation.WriteRegister(FSTS, 4, ITE)),
                      _ -> {
                        unlock();
                        guest.interrupts.lookForFaults();
                        then.run();
                      });
                }));
  }

  /** {@code head}: index in the ring of what would be fetched next. */
  private void abortUpTo(long head) {
    long behind = Math.floorMod(tail - head, Layout.QUEUE_ENTRIES);
    long position = tail - behind;
    open.forEach(
        (wait, end) -> {
          if (end <= position) {
            aborted.add(wait);
          }
        });
    open.keySet().removeAll(aborted);
  }

  /** All batches once more, behind what their devices need first. */
  private void again(Client cpu, TreeMap<Integer, Batch> waits, Runnable then) {
    open.keySet().removeAll(waits.keySet());
    Runnable submit =
        () -> submit(cpu, () -> new Plan(List.of(), List.copyOf(waits.values()), List.of()), then);
    guest.quarantine(cpu, submit);
  }

  /** What an IOMMU replied. */
  record Replies(List<Object> all) {
    long register(int index) {
      return ((Reply.RegisterValue) all.get(index)).value();
    }

    byte[] bytes(int index) {
      return ((Reply.MemoryBytes) all.get(index)).bytes();
    }

    int word(int index) {
      return ByteBuffer.wrap(bytes(index)).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }
  }
}
