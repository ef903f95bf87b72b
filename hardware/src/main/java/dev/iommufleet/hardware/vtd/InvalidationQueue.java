package dev.iommufleet.hardware.vtd;

import static dev.iommufleet.hardware.vtd.Latch.*;
import static dev.iommufleet.hardware.vtd.Registers.*;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.vtd.spec.Descriptor;
import dev.iommufleet.hardware.vtd.spec.DescriptorRules;

/** Fetches descriptors and runs them in order. [INV-2.2] */
final class InvalidationQueue {
  private static final int TYPE_WAIT = 5;
  private static final int TURN_DESCRIPTORS = 1_024;
  private static final int TURN_TABLE_READS = 65_536;
  private static final long IQA_WIDE = 1 << 11;
  private static final long IQT_WIDE_RESERVED = 1 << 4;
  private static final int GSTS_QIES = 1 << 26;
  private static final int IQEI_TAIL = 1;
  private static final int IQEI_FETCH = 2;
  private static final int FINISHED = 0;
  private static final int TURN_OVER = 1;
  private static final int HELD = 2;

  private final Core core;
  private final FaultLog faults;
  private final DescriptorRunner runner;
  private final DescriptorRules narrowRules;
  private final DescriptorRules wideRules;
  private Runnable completions = () -> {};

  InvalidationQueue(Core core, FaultLog faults, DescriptorRunner runner) {
    this.core = core;
    this.faults = faults;
    this.runner = runner;
    this.narrowRules = rules(core, false);
    this.wideRules = rules(core, true);
  }

  private static DescriptorRules rules(Core core, boolean wide) {
    return new DescriptorRules(
        wide,
        core.capabilities.pageRequests(),
        !core.has(Quirk.RESPONSE_NEEDS_PASID),
        core.has(Quirk.RESPONSE_IN_NARROW_QUEUE),
        18,
        core.has(Quirk.OVERSIZED_PASID_MASK_REJECTED));
  }

  /** What else waits for the answers that a wait waits for. */
  void whenAnswered(Runnable action) {
    completions = action;
  }

  // ---- enable, disable, doorbell ----

  /** GCMD.QIE changed. [REG-9.1] */
  void enable(boolean on) {
    if (!on) {
      disable();
      return;
    }
    long iqa = core.registers.getQuad(IQA);
    int width = core.latches.is(QUEUE_WIDE) ? 1 : 0;
    core.latches.set(QUEUE_BASE, iqa & core.addressMask & ~0xFFFL);
    core.latches.set(QUEUE_ENTRIES, 1L << (iqa & 7) + 8 - width);
    core.latches.set(QUEUE_ENABLED, true);
    core.registers.update(GSTS, 0, GSTS_QIES);
    if (core.latches.get(QUEUE_TAIL) != 0) {
      run();
    }
  }

  private void disable() {
    boolean idle =
        core.latches.get(QUEUE_HEAD) == core.latches.get(QUEUE_TAIL)
            && core.latches.get(LAST_DESCRIPTOR_TYPE) == TYPE_WAIT;
    if (core.latches.is(QUEUE_ENABLED) && (idle || !core.has(Quirk.QUEUE_DISABLE_NEEDS_WAIT))) {
      runner.abort();
      core.latches.set(QUEUE_UNFINISHED, false);
      core.registers.setQuad(IQH, 0);
      core.latches.set(QUEUE_HEAD, 0);
      core.latches.set(QUEUE_ENABLED, false);
      core.registers.update(GSTS, GSTS_QIES, 0);
    }
  }

  /** IQA was written: the descriptor width takes effect at once. */
  void baseWritten() {
    boolean wide =
        core.capabilities.scalableMode() && (core.registers.getQuad(IQA) & IQA_WIDE) != 0;
    core.latches.set(QUEUE_WIDE, wide);
  }

  /** IQT was written. */
  void tailWritten() {
    long tail = core.registers.getQuad(IQT);
    boolean wide = core.latches.is(QUEUE_WIDE);
    if (wide && (tail & IQT_WIDE_RESERVED) != 0) {
      error(IQEI_TAIL);
      return;
    }
    core.latches.set(QUEUE_TAIL, (tail & 0x7FFFF) >>> (wide ? 5 : 4));
    if (core.latches.is(QUEUE_ENABLED)) {
      run();
    }
  }

  void reset() {
    runner.abort();
  }

  QueueProgress progress() {
    if (core.latches.get(QUEUE_UNFINISHED) == TURN_OVER) {
      return QueueProgress.MORE;
    }
    boolean parked =
        core.functions.pendingWait() != null
            || core.latches.is(QUEUE_UNFINISHED)
            || core.latches.is(COMPLETIONS_DUE)
            || core.waitsForDevices() && core.devices.isAnyOpen();
    return parked ? QueueProgress.PARKED : QueueProgress.IDLE;
  }

  // ---- fetching ----

  /** Nothing is fetched behind a wait that is open. */
  @Guard(value = "fetching-stops-at-open-wait", without = "false")
  private boolean isWaiting() {
    return core.functions.pendingWait() != null;
  }

  @Guard(value = "fetching-stops-at-errors", without = "false")
  private boolean isStopped() {
    return (core.registers.get(FSTS) & (FaultLog.IQE | FaultLog.ITE)) != 0;
  }

  /** Runs descriptors until head meets tail, an error, an open wait, or the end of the turn. */
  void run() {
    core.latches.set(QUEUE_UNFINISHED, false);
    if (!core.latches.is(QUEUE_ENABLED) || isStopped() || isWaiting()) {
      return;
    }
    if (core.latches.get(QUEUE_TAIL) >= core.latches.get(QUEUE_ENTRIES)) {
      error(IQEI_TAIL);
      return;
    }
    int left = turn();
    if (left != TURN_OVER) {
      runner.expireAbsent();
    }
    core.latches.set(QUEUE_UNFINISHED, isStopped() ? FINISHED : left);
  }

  /** What is left to do, as {@link Latch#QUEUE_UNFINISHED} says it. */
  private int turn() {
    int shift = core.latches.is(QUEUE_WIDE) ? 5 : 4;
    long head = core.latches.get(QUEUE_HEAD);
    for (int done = 0; head != core.latches.get(QUEUE_TAIL); done++) {
      if (isWaiting()) {
        return FINISHED;
      }
      if (done == TURN_DESCRIPTORS || core.tableReads() > TURN_TABLE_READS) {
        return TURN_OVER;
      }
      Step step = step(head, shift);
      if (step != Step.DONE) {
        return step == Step.HELD ? HELD : FINISHED;
      }
      head = behind(head);
      core.latches.set(QUEUE_HEAD, head);
      core.registers.setQuad(IQH, head << shift & 0x7FFF0);
    }
    return FINISHED;
  }

  private long behind(long head) {
    return head + 1 == core.latches.get(QUEUE_ENTRIES) ? 0 : head + 1;
  }

  /** Answers came or functions left: an open wait may take effect, and fetching goes on. */
  void advance() {
    boolean open = isOpen();
    if (!open) {
      runner.settle();
      completions.run();
    }
    boolean due = core.functions.pendingWait() != null && !open;
    if (due && !runner.completePending()) {
      error(0);
      return;
    }
    run();
  }

  /** Somebody has not answered. */
  @Guard(value = "wait-waits-for-answers", without = "false")
  private boolean isOpen() {
    return core.functions.isAnyOpen() || core.devices.isAnyOpen();
  }

  private enum Step {
    DONE,
    /** A queue error. */
    STOPPED,
    /** The function has as many open invalidations as it takes; the head stays. [INV-2.5] */
    HELD
  }

  /** Fetches and runs one descriptor. */
  private Step step(long head, int shift) {
    boolean wide = shift == 5;
    long at = core.latches.get(QUEUE_BASE) + (head << shift);
    if (!core.readable(at, 1 << shift)) {
      core.latches.set(LAST_DESCRIPTOR_TYPE, 0);
      error(IQEI_FETCH);
      return Step.STOPPED;
    }
    long low = core.memory.read64(at);
    long high = core.memory.read64(at + 8);
    core.latches.set(LAST_DESCRIPTOR_TYPE, Descriptor.type(low));
    var rules = wide ? wideRules : narrowRules;
    long third = wide ? core.memory.read64(at + 16) : 0;
    long fourth = wide ? core.memory.read64(at + 24) : 0;
    int info = Descriptor.check(low, high, third, fourth, rules);
    if (info != 0) {
      error(info);
      return Step.STOPPED;
    }
    Descriptor descriptor = Descriptor.read(low, high, rules);
    if (!runner.hasRoom(descriptor)) {
      return Step.HELD;
    }
    if (!runner.run(descriptor, (int) head, low, high)) {
      error(0);
      return Step.STOPPED;
    }
    return Step.DONE;
  }

  private void error(int info) {
    int status = core.registers.get(FSTS);
    core.registers.update(FSTS, 0, FaultLog.IQE);
    if (!core.has(Quirk.QUEUE_ERROR_RECORD_ABSENT)) {
      core.registers.update(IQER, 0xF, info);
    }
    core.emit(new Fact.QueueErrorRaised((int) core.latches.get(QUEUE_HEAD), info));
    faults.raise(status);
  }

  /** FSTS was written: an error that software cleared lets fetching go on. */
  void statusWritten(int before) {
    int cleared = before & ~core.registers.get(FSTS);
    boolean resumed = (cleared & (FaultLog.IQE | FaultLog.ITE)) != 0;
    if (resumed && !core.has(Quirk.QUEUE_WAITS_FOR_TAIL)) {
      run();
    }
  }
}
