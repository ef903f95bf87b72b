package dev.iommufleet.hardware.vtd;

/** What an IOMMU is faithful to. Fixed when the IOMMU is created. */
public enum Profile {
  /** What VT-d says; invariants are judged here. */
  ARCHITECTURE,
  /** Bit-exact with the Intel vIOMMU of QEMU 11.1, its quirks included. */
  QEMU_11_1
}
