package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;
import java.util.Map;
import java.util.TreeMap;

/** What user space has read from the host's fault queues and not answered, by group index. */
final class TakenFaults {
  static final int NO_ANSWER = -1;

  private static final long TAG = 58;

  /** {@code answer}: a code that could not be written yet, or {@link #NO_ANSWER}. */
  record Taken(int queue, int cookie, int answer) {}

  private final Map<Integer, Taken> taken = new TreeMap<>();
  private long hash;

  long hash() {
    return hash;
  }

  /** Null: it was not read, or is answered. */
  Taken find(int groupIndex) {
    return taken.get(groupIndex);
  }

  Map<Integer, Taken> all() {
    return new TreeMap<>(taken);
  }

  boolean isEmpty() {
    return taken.isEmpty();
  }

  boolean isAnyUnwritten() {
    return taken.values().stream().anyMatch(one -> one.answer() != NO_ANSWER);
  }

  // ---- changes; each is the effect of one fact ----

  void put(DeviceFact.HostFaultTaken f) {
    put(f.groupIndex(), f.queue() == 0 ? null : new Taken(f.queue(), f.cookie(), f.answer()));
  }

  void clear() {
    all().keySet().forEach(index -> put(index, null));
  }

  private void put(int index, Taken now) {
    Taken before = now == null ? taken.remove(index) : taken.put(index, now);
    hash += term(index, now) - term(index, before);
  }

  private static long term(int index, Taken one) {
    return one == null
        ? 0
        : StateHash.mix(
            TAG, (long) index << 32 | one.cookie(), (long) one.queue() << 8 | one.answer() & 0xFF);
  }

  void describe(DeviceSink sink) {
    taken.forEach(
        (index, one) ->
            sink.accept(
                new DeviceFact.HostFaultTaken(index, one.queue(), one.cookie(), one.answer())));
  }
}
