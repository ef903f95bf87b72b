package dev.iommufleet.simulation.locks;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A program under way: where each thread is, who holds each lock, what each thread walks or relies
 * on, and the cells that they share.
 */
final class Machine {
  private static final byte WALKS = 1;
  private static final byte RELIES = 2;
  private static final byte MISLED = 3;

  private final Program program;
  private final byte[] bytes;

  /** All threads at their start, every cell 0. */
  Machine(Program program) {
    this.program = program;
    int threads = program.threads().size();
    bytes =
        new byte
            [2 * threads
                + program.locks().size()
                + threads * program.objects().size()
                + program.cells()];
    for (int thread = 0; thread < threads; thread++) {
      jump(thread);
    }
  }

  private Machine(Machine other) {
    program = other.program;
    bytes = other.bytes.clone();
  }

  Machine fork() {
    return new Machine(this);
  }

  // ---- cells, for conditions and effects ----

  int get(int cell) {
    return bytes[cells() + cell] & 0xFF;
  }

  void set(int cell, int value) {
    if (value < 0 || value > 0xFF) {
      throw new IllegalStateException("cell " + cell + " := " + value);
    }
    bytes[cells() + cell] = (byte) value;
  }

  /** The object changed since the thread began to rely on it. */
  boolean misled(int thread, int object) {
    return bytes[open(thread, object)] == MISLED;
  }

  // ---- where things are ----

  private int owner(int lock) {
    return 2 * program.threads().size() + lock;
  }

  private int open(int thread, int object) {
    return owner(program.locks().size()) + thread * program.objects().size() + object;
  }

  private int cells() {
    return open(program.threads().size(), 0);
  }

  private int at(int thread) {
    return (bytes[2 * thread] & 0xFF) << 8 | bytes[2 * thread + 1] & 0xFF;
  }

  private void goTo(int thread, int op) {
    bytes[2 * thread] = (byte) (op >> 8);
    bytes[2 * thread + 1] = (byte) op;
  }

  // ---- threads ----

  boolean done(int thread) {
    return at(thread) == program.threads().get(thread).ops().size();
  }

  /** What the thread does next; it must not be done. */
  Op next(int thread) {
    return program.threads().get(thread).ops().get(at(thread));
  }

  boolean canRun(int thread) {
    if (done(thread)) {
      return false;
    }
    Op op = next(thread);
    return switch (op.kind()) {
      case TAKE -> bytes[owner(op.target())] == 0;
      case WAIT -> op.when().holds(this, thread);
      default -> true;
    };
  }

  /** The thread whose lock this one waits for; -1: it waits for no lock. */
  int blocker(int thread) {
    if (done(thread) || next(thread).kind() != Op.Kind.TAKE) {
      return -1;
    }
    return bytes[owner(next(thread).target())] - 1;
  }

  /** Lets it happen; returns what went wrong, or null. */
  Hazard run(int thread) {
    Op op = next(thread);
    int target = op.target();
    Hazard hazard = null;
    switch (op.kind()) {
      case TAKE -> bytes[owner(target)] = (byte) (thread + 1);
      case GIVE -> give(thread, target);
      case WALK -> bytes[open(thread, target)] = WALKS;
      case RELY -> bytes[open(thread, target)] = RELIES;
      case CHANGE -> hazard = change(thread, target, op);
      case LEAVE, ACT, WAIT -> {}
      case JUMP -> throw new IllegalStateException("a jump is no step of its own");
    }
    Hazard effect = op.effect() == null ? null : op.effect().apply(this, thread);
    if (op.kind() == Op.Kind.LEAVE) {
      bytes[open(thread, target)] = 0;
    }
    goTo(thread, at(thread) + 1);
    jump(thread);
    return hazard != null ? hazard : effect;
  }

  private void give(int thread, int lock) {
    if (bytes[owner(lock)] != thread + 1) {
      throw new IllegalStateException(
          "%s gives away %s, the owner is thread %d"
              .formatted(
                  program.threads().get(thread).name(),
                  program.locks().get(lock).name(),
                  bytes[owner(lock)] - 1));
    }
    bytes[owner(lock)] = 0;
  }

  private Hazard change(int thread, int object, Op op) {
    Hazard hazard = null;
    for (int other = 0; other < program.threads().size(); other++) {
      int open = open(other, object);
      if (other != thread && bytes[open] == WALKS) {
        var thing = program.objects().get(object);
        hazard =
            new Hazard(
                Verdict.RACE,
                "walk over " + thing.kind(),
                "race: %s %s while %s walks over %s, and no lock keeps them apart"
                    .formatted(
                        program.threads().get(thread).name(),
                        op.text(),
                        program.threads().get(other).name(),
                        thing.name()));
      } else if (other != thread && bytes[open] == RELIES) {
        bytes[open] = MISLED;
      }
    }
    return hazard;
  }

  private void jump(int thread) {
    while (!done(thread) && next(thread).kind() == Op.Kind.JUMP) {
      Op op = next(thread);
      goTo(thread, op.when().holds(this, thread) ? op.target() : at(thread) + 1);
    }
  }

  /** Names of the locks that it has. */
  List<String> locksOf(int thread) {
    return IntStream.range(0, program.locks().size())
        .filter(lock -> bytes[owner(lock)] == thread + 1)
        .mapToObj(lock -> program.locks().get(lock).name())
        .toList();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Machine other && Arrays.equals(bytes, other.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
