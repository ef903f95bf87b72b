package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Operation;

/** One interrupt for each edge of the status bits; nothing is left to serve at the end. */
final class I5Interrupts extends Checker {
  private static final int PQH = 0xC0;
  private static final int PQT = 0xC8;

  private final Event[] faults;
  private final Event[] requests;
  private final int[] heads;
  private final int[] tails;

  /** An event interrupt as its registers show it. */
  private static final class Event {
    private static final int MASKED = 1 << 31;

    final int statusOffset;
    final int controlOffset;
    final int bits;
    final Fact.InterruptCause cause;
    int status;
    int control = MASKED;
    boolean pending;
    private int statusBefore;
    private int controlBefore;
    private int sent;

    Event(int statusOffset, int controlOffset, int bits, Fact.InterruptCause cause) {
      this.statusOffset = statusOffset;
      this.controlOffset = controlOffset;
      this.bits = bits;
      this.cause = cause;
    }

    void begin() {
      statusBefore = status;
      controlBefore = control;
      sent = 0;
    }

    void register(int offset, int value) {
      if (offset == statusOffset) {
        status = value;
      } else if (offset == controlOffset) {
        control = value;
      }
    }

    /** How many interrupts are wrong; 0: none. */
    int wrong(Operation operation) {
      boolean edge = (statusBefore & bits) == 0 && (status & bits) != 0;
      // A write that clears the status may let something raise it anew at once.
      boolean again =
          operation instanceof Operation.WriteRegister write
              && write.offset() == statusOffset
              && (statusBefore & bits) != 0
              && (status & bits) != 0;
      boolean masked = control < 0;
      boolean unmasked = controlBefore < 0 && !masked;
      int expected = !masked && (edge || unmasked && pending) ? 1 : 0;
      pending = (pending || edge) && masked && (status & bits) != 0;
      return again && sent == 1 ? 0 : sent - expected;
    }
  }

  I5Interrupts(FleetConfig config) {
    super("I5");
    faults = new Event[config.iommus()];
    requests = new Event[config.iommus()];
    heads = new int[config.iommus()];
    tails = new int[config.iommus()];
    for (int i = 0; i < faults.length; i++) {
      faults[i] = new Event(0x34, 0x38, 0x73, Fact.InterruptCause.FAULT);
      requests[i] = new Event(0xDC, 0xE0, 3, Fact.InterruptCause.PAGE_REQUEST);
    }
  }

  @Override
  void see(Seen seen) {
    switch (seen) {
      case Seen.Wrote s -> {
        for (Entry.Step step : s.entry().steps()) {
          if (step instanceof Entry.Step.OfIommu it) {
            step(s.entry().entity(), it);
          }
        }
      }
      case Seen.Ended _ -> ended();
      default -> {}
    }
  }

  private void step(int iommu, Entry.Step.OfIommu step) {
    Event[] both = {faults[iommu], requests[iommu]};
    for (Event event : both) {
      event.begin();
    }
    for (Fact fact : step.facts()) {
      if (fact instanceof Fact.RegistersChanged f) {
        registers(iommu, f, both);
      } else if (fact instanceof Fact.InterruptSent f) {
        for (Event event : both) {
          event.sent += f.cause() == event.cause ? 1 : 0;
        }
      }
    }
    for (Event event : both) {
      int wrong = event.wrong(step.operation());
      if (wrong != 0 && !(step.operation() instanceof Operation.Reset)) {
        broken(
            "i%d sent %d %s interrupts %s than its status has edges",
            iommu, Math.abs(wrong), Story.word(event.cause), wrong > 0 ? "more" : "fewer");
      }
    }
  }

  private void registers(int iommu, Fact.RegistersChanged f, Event[] events) {
    for (int i = 0; i < f.offsets().length; i++) {
      int value = f.values()[i];
      for (Event event : events) {
        event.register(f.offsets()[i], value);
      }
      switch (f.offsets()[i]) {
        case PQH -> heads[iommu] = value;
        case PQT -> tails[iommu] = value;
        default -> {}
      }
    }
  }

  private void ended() {
    for (int iommu = 0; iommu < heads.length; iommu++) {
      if (heads[iommu] != tails[iommu]) {
        broken("page requests of i%d are left from %x to %x", iommu, heads[iommu], tails[iommu]);
      }
      if (requests[iommu].status != 0) {
        broken("i%d has page-request status %x that nobody served", iommu, requests[iommu].status);
      }
    }
  }

  @Override
  boolean isQuiet() {
    for (int iommu = 0; iommu < heads.length; iommu++) {
      if (heads[iommu] != tails[iommu]) {
        return false;
      }
    }
    return true;
  }
}
