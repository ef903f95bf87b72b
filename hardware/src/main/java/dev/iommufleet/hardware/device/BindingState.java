package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.device.HostBindings.Binding;
import dev.iommufleet.hardware.device.HostBindings.Stuck;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What bindings remember of the host. */
final class BindingState {
  private static final long TAG_BINDING = 50;
  private static final long TAG_STUCK = 51;
  private static final long TAG_UNFREED = 52;
  private static final long TAG_QUEUE = 53;

  /** Is told of each change; null: it goes. */
  interface Watcher {
    void binding(int pasid, Binding binding);

    void stuck(int pasid, Stuck held);

    void unfreed(int object, boolean there);

    void queue(int object, int queue);
  }

  private static final Watcher NOBODY =
      new Watcher() {
        @Override
        public void binding(int pasid, Binding binding) {}

        @Override
        public void stuck(int pasid, Stuck held) {}

        @Override
        public void unfreed(int object, boolean there) {}

        @Override
        public void queue(int object, int queue) {}
      };

  private Watcher watcher = NOBODY;
  private final Map<Integer, Binding> bindings = new TreeMap<>();
  private final Map<Integer, Stuck> stuck = new TreeMap<>();
  private final Set<Integer> unfreed = new TreeSet<>();

  /** Fault queues by the nested object that they were made for. */
  private final Map<Integer, Integer> queues = new TreeMap<>();

  private long hash;

  void watch(Watcher newWatcher) {
    watcher = newWatcher;
  }

  /** Kept up to date, so asking is cheap. */
  public long hash() {
    return hash;
  }

  /** By PASID, ascending. */
  public Map<Integer, Binding> bindings() {
    return new TreeMap<>(bindings);
  }

  /** Ascending. Objects that nothing uses and that could not be freed yet. */
  public Set<Integer> unfreed() {
    return new TreeSet<>(unfreed);
  }

  /** In the order of the objects that they were made for. */
  List<Integer> queues() {
    return List.copyOf(queues.values());
  }

  Map<Integer, Integer> queuesByObject() {
    return new TreeMap<>(queues);
  }

  Map<Integer, Stuck> stuck() {
    return new TreeMap<>(stuck);
  }

  /** PASIDs where something is attached that could not be detached yet. */
  public Set<Integer> undetached() {
    return new TreeSet<>(stuck.keySet());
  }

  boolean isAnyStuck() {
    return !stuck.isEmpty();
  }

  boolean isStuck(int pasid) {
    return stuck.containsKey(pasid);
  }

  /** Whether the object or fault queue was made for a binding. */
  boolean holds(int object) {
    return unfreed.contains(object)
        || queues.containsValue(object)
        || bindings.values().stream().anyMatch(binding -> binding.nested() == object)
        || stuck.values().stream().anyMatch(held -> held.nested() == object);
  }

  /** Null: nothing is stuck there. */
  Stuck stuck(int pasid) {
    return stuck.get(pasid);
  }

  /** Null: the PASID is not bound. */
  Binding binding(int pasid) {
    return bindings.get(pasid);
  }

  int count() {
    return bindings.size();
  }

  /** Null: the object has none. */
  Integer queue(int object) {
    return queues.get(object);
  }

  // ---- changes; null: it goes ---------------------------------------------------------------

  void put(int pasid, Binding binding) {
    restore(pasid, binding);
    watcher.binding(pasid, binding);
  }

  void putStuck(int pasid, Stuck held) {
    if (held != null || stuck.containsKey(pasid)) {
      restoreStuck(pasid, held);
      watcher.stuck(pasid, held);
    }
  }

  void putUnfreed(int object, boolean there) {
    restoreUnfreed(object, there);
    watcher.unfreed(object, there);
  }

  void putQueue(int object, int queue) {
    restoreQueue(object, queue);
    watcher.queue(object, queue);
  }

  /** {@code queue} 0: it goes. */
  void restoreQueue(int object, int queue) {
    Integer before = queue == 0 ? queues.remove(object) : queues.put(object, queue);
    hash += queue == 0 ? 0 : StateHash.mix(TAG_QUEUE, object, queue);
    hash -= before == null ? 0 : StateHash.mix(TAG_QUEUE, object, before);
  }

  void restore(int pasid, Binding binding) {
    Binding before = binding == null ? bindings.remove(pasid) : bindings.put(pasid, binding);
    hash += term(pasid, binding) - term(pasid, before);
  }

  void restoreStuck(int pasid, Stuck held) {
    Stuck before = held == null ? stuck.remove(pasid) : stuck.put(pasid, held);
    hash += term(pasid, held) - term(pasid, before);
  }

  void restoreUnfreed(int object, boolean there) {
    boolean changed = there ? unfreed.add(object) : unfreed.remove(object);
    if (changed) {
      long term = StateHash.mix(TAG_UNFREED, object, 0);
      hash += there ? term : -term;
    }
  }

  private static long term(int pasid, Binding b) {
    return b == null
        ? 0
        : StateHash.mix(
            TAG_BINDING, pasid, (long) b.nested() << 4 | b.type() << 1 | flag(b.careful()));
  }

  private static long term(int pasid, Stuck held) {
    return held == null
        ? 0
        : StateHash.mix(TAG_STUCK, pasid, (long) held.nested() << 1 | flag(held.toDefault()));
  }

  private static int flag(boolean set) {
    return set ? 1 : 0;
  }
}
