package dev.iommufleet.hardware.vtd;

import static dev.iommufleet.hardware.vtd.Latch.QUEUE_BASE;
import static dev.iommufleet.hardware.vtd.Registers.*;

/** Software's accesses to the register page: shapes, masks and side effects. [REG-2.1] */
final class RegisterPort {
  private static final int PRS_PENDING = 3;

  private final Core core;
  private final Commands commands;
  private final InvalidationQueue queue;
  private final DescriptorRunner runner;
  private final FaultLog faults;
  private final EventInterrupt pageRequestEvent;

  RegisterPort(
      Core core,
      Commands commands,
      InvalidationQueue queue,
      DescriptorRunner runner,
      FaultLog faults) {
    this.core = core;
    this.commands = commands;
    this.queue = queue;
    this.runner = runner;
    this.faults = faults;
    this.pageRequestEvent = new EventInterrupt(core, PECTL, Fact.InterruptCause.PAGE_REQUEST);
  }

  // ---- shapes ----

  Reply.RegisterValue read(int offset, int size) {
    if (size < 4 || offset % 4 != 0) {
      return new Reply.RegisterValue(BusStatus.DECODE_ERROR, 0);
    }
    if (size == 4) {
      return new Reply.RegisterValue(BusStatus.OK, read32(offset) & 0xFFFF_FFFFL);
    }
    long low = read32(offset) & 0xFFFF_FFFFL;
    return new Reply.RegisterValue(BusStatus.OK, low | (long) read32(offset + 4) << 32);
  }

  Reply.Done write(int offset, int size, long value) {
    if (size < 4 || offset % 4 != 0) {
      return new Reply.Done(BusStatus.DECODE_ERROR);
    }
    if (offset + size > BYTES) {
      if (size == 8 && offset + 4 <= BYTES) {
        write32(offset, (int) value);
      }
      return new Reply.Done(BusStatus.OK);
    }
    if (size == 8 && offset % 8 == 0) {
      write64(offset, value);
    } else {
      write32(offset, (int) value);
      if (size == 8) {
        write32(offset + 4, (int) (value >>> 32));
      }
    }
    return new Reply.Done(BusStatus.OK);
  }

  /** Beyond the last register all bits read as one. */
  private int read32(int offset) {
    if (offset < 0 || offset + 4 > BYTES) {
      return -1;
    }
    return switch (offset) {
      case RTADDR, RTADDR + 4 -> core.registers.get(offset);
      case IQA -> (int) core.latches.get(QUEUE_BASE) | core.registers.read(IQA) & 0x807;
      case IQA + 4 -> (int) (core.latches.get(QUEUE_BASE) >>> 32);
      default -> core.registers.read(offset);
    };
  }

  // ---- side effects ----

  private void write32(int offset, int value) {
    int before = core.registers.get(offset);
    core.registers.write(offset, value);
    switch (offset) {
      case GCMD -> commands.global();
      case CCMD + 4 -> commands.context();
      case IOTLB + 4 -> commands.iotlb();
      case IQT -> queue.tailWritten();
      case IQA -> queue.baseWritten();
      case FRCD + 12 -> faults.recomputePending();
      default -> event(offset, before);
    }
  }

  /** 64 bits at once; a register of 32 bits takes the low half and leaves its neighbour alone. */
  private void write64(int offset, long value) {
    switch (offset) {
      case GCMD, FECTL, IECTL, IEADDR, PECTL -> write32(offset, (int) value);
      case CCMD -> {
        core.registers.writeQuad(offset, value);
        commands.context();
      }
      case IOTLB -> {
        core.registers.writeQuad(offset, value);
        commands.iotlb();
      }
      case IQT -> {
        core.registers.writeQuad(offset, value);
        queue.tailWritten();
      }
      case IQA -> {
        core.registers.writeQuad(offset, value);
        queue.baseWritten();
      }
      case FRCD + 8 -> {
        core.registers.writeQuad(offset, value);
        faults.recomputePending();
      }
      default -> core.registers.writeQuad(offset, value);
    }
  }

  /** Status and control registers of the event interrupts. */
  private void event(int offset, int before) {
    switch (offset) {
      case FSTS -> {
        faults.statusWritten();
        queue.statusWritten(before);
      }
      case FECTL -> faults.controlWritten();
      case ICS -> runner.completionStatusWritten();
      case IECTL -> runner.completionControlWritten();
      case PRS -> {
        if ((core.registers.get(PRS) & PRS_PENDING) == 0) {
          pageRequestEvent.withdraw();
        }
      }
      case PECTL -> pageRequestEvent.unmaskedPerhaps();
      default -> {}
    }
  }
}
