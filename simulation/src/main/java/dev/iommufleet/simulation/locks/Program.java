package dev.iommufleet.simulation.locks;

import java.util.List;

/**
 * Threads, and what they share.
 *
 * @param locks by number
 * @param objects that are walked over, relied on and changed, by number
 * @param cells size of the shared state, in bytes
 */
record Program(List<Thread> threads, List<Thing> locks, List<Thing> objects, int cells) {

  /** {@code kind}: the name without the device's. */
  record Thing(String name, String kind) {
    Thing(String name) {
      this(name, name);
    }
  }

  /** {@code mayStop}: nobody minds when it never ends. */
  record Thread(String name, List<Op> ops, boolean mayStop) {}

  int thread(String name) {
    for (int i = 0; i < threads.size(); i++) {
      if (threads.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }
}
