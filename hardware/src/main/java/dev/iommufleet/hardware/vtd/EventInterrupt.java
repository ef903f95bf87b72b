package dev.iommufleet.hardware.vtd;

/**
 * One of the unit's own interrupts: control (IM 31, IP 30), data at +4, address at +8, upper
 * address at +12. Masked edges stay pending. [REG-8.1]
 */
final class EventInterrupt {
  private static final int IM = 1 << 31;
  private static final int IP = 1 << 30;

  private final Core core;
  private final int control;
  private final Fact.InterruptCause cause;

  EventInterrupt(Core core, int control, Fact.InterruptCause cause) {
    this.core = core;
    this.control = control;
    this.cause = cause;
  }

  void raise() {
    if ((core.registers.get(control) & IM) != 0) {
      core.registers.update(control, 0, IP);
    } else {
      send();
      core.registers.update(control, IP, 0);
    }
  }

  /** Software took note before the interrupt went out. */
  void withdraw() {
    core.registers.update(control, IP, 0);
  }

  /** After a write to the control register: a pending interrupt goes out once it is unmasked. */
  void unmaskedPerhaps() {
    int value = core.registers.get(control);
    if ((value & IP) != 0 && (value & IM) == 0) {
      core.registers.update(control, IP, 0);
      send();
    }
  }

  private void send() {
    long address = core.registers.get(control + 8) & 0xFFFF_FFFFL;
    if (!core.has(Quirk.UPPER_EVENT_ADDRESS_ABSENT)) {
      address |= (long) core.registers.get(control + 12) << 32;
    }
    core.emit(new Fact.InterruptSent(cause, address, core.registers.get(control + 4)));
  }
}
