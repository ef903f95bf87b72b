package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.hardware.vtd.spec.Descriptor;
import dev.iommufleet.hardware.vtd.spec.Descriptor.Wait;
import java.util.Arrays;
import java.util.List;

/**
 * The invalidation queue as the driver uses it: descriptors and one wait, the doorbell, and the
 * wait's own status word polled.
 */
final class InvalidationRing {
  static final long BASE = 0x8000;
  static final int ENTRIES = 256;

  private static final long STATUS = 0x1000;
  private static final int IN_USE = 1;
  private static final int DONE = 2;
  private static final int FSTS = 0x34;
  private static final int IQT = 0x88;
  private static final long ERRORS = 0x70; // FSTS: IQE, ICE, ITE

  private final int wordsEach;
  private int tail;

  /** Whether devices of the fleet may have to answer before the queue is idle. */
  private boolean parks;

  InvalidationRing(boolean wide) {
    wordsEach = wide ? 4 : 2;
  }

  void parks(boolean may) {
    parks = may;
  }

  /** The queue was switched off or the machine was reset. */
  void restart() {
    tail = 0;
  }

  int tailBytes() {
    return tail * wordsEach * Long.BYTES;
  }

  void submit(Batch batch, Descriptor... descriptors) {
    submit(batch, List.of(descriptors), false);
  }

  /** {@code drain}: the wait drains page requests too. */
  void submit(Batch batch, List<Descriptor> descriptors, boolean drain) {
    var words = new long[(descriptors.size() + 1) * wordsEach];
    for (int i = 0; i < descriptors.size(); i++) {
      System.arraycopy(descriptors.get(i).encode(), 0, words, i * wordsEach, wordsEach);
    }
    int slot = (tail + descriptors.size()) % ENTRIES;
    long status = STATUS + slot * 4L;
    var wait = new Wait(false, true, false, drain, DONE, status);
    System.arraycopy(wait.encode(), 0, words, descriptors.size() * wordsEach, wordsEach);
    batch.storeWord(status, IN_USE);
    place(batch, words);
    tail = (slot + 1) % ENTRIES;
    batch.write(IQT, 4, tailBytes());
    if (parks) {
      batch.await();
    }
    batch.poll(FSTS, 4, ERRORS, 0);
    batch.add(new Operation.ReadMemory(status, 4), reply -> checkStatus(reply, slot));
  }

  private void place(Batch batch, long[] words) {
    int entries = words.length / wordsEach;
    int before = Math.min(entries, ENTRIES - tail);
    long each = (long) wordsEach * Long.BYTES;
    batch.store(BASE + tail * each, Arrays.copyOf(words, before * wordsEach));
    if (before < entries) {
      batch.store(BASE, Arrays.copyOfRange(words, before * wordsEach, words.length));
    }
  }

  private static Finding checkStatus(Reply reply, int slot) {
    boolean done = reply instanceof Reply.MemoryBytes it && it.bytes()[0] == DONE;
    return done
        ? null
        : new Finding(Finding.WAIT, "the wait in slot %d did not write its status".formatted(slot));
  }
}
