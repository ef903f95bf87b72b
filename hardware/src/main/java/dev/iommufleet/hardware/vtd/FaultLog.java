package dev.iommufleet.hardware.vtd;

import static dev.iommufleet.hardware.vtd.Registers.*;

import dev.iommufleet.hardware.vtd.Fact.FaultDetails;
import dev.iommufleet.hardware.vtd.Fact.FaultOutcome;
import dev.iommufleet.hardware.vtd.Fact.RecordOutcome;
import dev.iommufleet.hardware.vtd.spec.FaultRecord;

/** Detected faults, the one fault record and the fault event. [TRN-9.1] */
final class FaultLog {
  static final int PFO = 1;
  static final int PPF = 1 << 1;
  static final int IQE = 1 << 4;
  static final int ICE = 1 << 5;
  static final int ITE = 1 << 6;

  /** Bits that keep a new fault event from being sent. */
  private static final int EVENT_GATE = PFO | PPF | IQE | ICE | ITE;

  private static final int FRI = 0xFF00;

  private final Core core;
  private final EventInterrupt event;

  FaultLog(Core core) {
    this.core = core;
    this.event = new EventInterrupt(core, FECTL, Fact.InterruptCause.FAULT);
  }

  /**
   * A fault of a DMA, ATS or page request.
   *
   * @param access {@link Access} bits that the request wanted
   * @param walkedForAts the walk of an ATS translation request met it
   * @param pasid recorded when {@code pasidPresent}
   */
  record Dma(
      int reason,
      int sourceId,
      long address,
      int access,
      boolean pasidPresent,
      int pasid,
      boolean fpd,
      boolean walkedForAts) {

    boolean write() {
      return (access & Access.WRITE) != 0;
    }
  }

  void dma(Dma fault) {
    boolean qualified =
        Fault.isQualified(fault.reason(), !core.has(Quirk.CONTEXT_RESERVED_UNQUALIFIED));
    var outcome = FaultOutcome.REPORTED;
    if (fault.walkedForAts() && isRecoverable(fault.reason())) {
      outcome = FaultOutcome.ATS_RECOVERABLE;
    } else if (fault.fpd() && qualified) {
      outcome = FaultOutcome.SUPPRESSED_BY_FPD;
    }
    core.emit(
        new Fact.FaultDetected(
            outcome,
            new FaultDetails(
                false,
                fault.reason(),
                fault.sourceId(),
                fault.address(),
                fault.write(),
                fault.pasidPresent(),
                fault.pasid(),
                fault.fpd(),
                qualified,
                0)));
    if (outcome == FaultOutcome.REPORTED) {
      record(recordOf(fault));
    }
  }

  /** A fault of interrupt remapping; {@code index} 16 bits. */
  void interrupt(int reason, int sourceId, int index) {
    core.emit(
        new Fact.FaultDetected(
            FaultOutcome.REPORTED,
            new FaultDetails(true, reason, sourceId, 0, false, false, 0, false, false, index)));
    record(FaultRecord.ofInterrupt(reason, sourceId, index));
  }

  private static boolean isRecoverable(int reason) {
    return switch (reason) {
      case Fault.NO_WRITE, Fault.NO_READ, Fault.NOT_CANONICAL, Fault.NOT_USER -> true;
      case Fault.SCALABLE_NO_RIGHT, Fault.SCALABLE_NO_WRITE, Fault.SCALABLE_NO_READ -> true;
      default -> reason >= 0x70 && reason <= 0x73;
    };
  }

  private FaultRecord recordOf(Dma fault) {
    int pasid = fault.pasidPresent() ? fault.pasid() : Access.NO_PASID;
    int access =
        core.has(Quirk.FAULT_ATTRIBUTES_ABSENT) ? fault.access() & Access.WRITE : fault.access();
    return FaultRecord.ofDma(fault.reason(), fault.sourceId(), pasid, fault.address(), access);
  }

  private void record(FaultRecord fault) {
    int pasidBits =
        core.has(Quirk.FAULT_PASID_16_BITS)
            ? FaultRecord.REFERENCE_PASID_BITS
            : FaultRecord.PASID_BITS;
    long high = fault.high(pasidBits) & ~FaultRecord.PENDING;
    long low = fault.low();
    int status = core.registers.get(FSTS);
    long pending = core.registers.getQuad(FRCD + 8);
    boolean occupied = FaultRecord.pending(pending);
    if ((status & PFO) != 0) {
      recorded(RecordOutcome.DROPPED_OVERFLOW_PENDING, high, low);
    } else if (occupied && FaultRecord.sourceId(pending) == fault.sourceId()) {
      recorded(RecordOutcome.COLLAPSED, high, low);
    } else if (occupied) {
      core.registers.update(FSTS, 0, PFO);
      recorded(RecordOutcome.DROPPED_OVERFLOW_SET, high, low);
    } else {
      core.registers.setQuad(FRCD, low);
      core.registers.setQuad(FRCD + 8, high | FaultRecord.PENDING);
      core.registers.update(FSTS, FRI, PPF);
      recorded(RecordOutcome.RECORDED, high, low);
      raise(status);
    }
  }

  private void recorded(RecordOutcome outcome, long high, long low) {
    core.emit(new Fact.FaultRecorded(outcome, 0, high, low));
  }

  /** Sends the fault event unless a status bit was already set before. */
  void raise(int statusBefore) {
    if ((statusBefore & EVENT_GATE) == 0) {
      event.raise();
    }
  }

  /** PPF follows the F bits. */
  void recomputePending() {
    boolean pending = FaultRecord.pending(core.registers.getQuad(FRCD + 8));
    core.registers.update(FSTS, PPF, pending ? PPF : 0);
  }

  void statusWritten() {
    if ((core.registers.get(FSTS) & EVENT_GATE) == 0) {
      event.withdraw();
    }
  }

  void controlWritten() {
    event.unmaskedPerhaps();
  }
}
