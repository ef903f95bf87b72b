package dev.iommufleet.hardware.vtd;

/**
 * A named behaviour in which profile {@link Profile#QEMU_11_1} departs from the architecture. Each
 * is tested at one place in this package; {@code docs/quirks.md} says what shows it and what it
 * breaks.
 */
public enum Quirk {
  PLACEHOLDER
}
