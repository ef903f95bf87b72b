package dev.iommufleet.hardware.device;

/**
 * The configuration registers that an IOMMU matters to, without their place. The number is the
 * value's name in journals and never changes. [PRI-5]
 */
public enum ConfigRegister {
  /** Bit 2: bus master. */
  COMMAND(1, 16),
  /** Bit 15, written: function-level reset. Reads 0. */
  DEVICE_CONTROL(2, 16),
  /** Bit 5: addresses of invalidations are page-aligned. Read-only. */
  ATS_CAPABILITY(3, 16),
  /** 4:0 smallest translation unit, 15 enable. */
  ATS_CONTROL(4, 16),
  /** 1 execute, 2 privileged, 12:8 width. Read-only. */
  PASID_CAPABILITY(5, 16),
  /** 0 enable, 1 execute, 2 privileged. */
  PASID_CONTROL(6, 16),
  /** 0 enable, 1, written: reset. */
  PRI_CONTROL(7, 16),
  /** 0 response failure and 1 unexpected index, cleared by writing 1; 8 stopped, 15 PASID. */
  PRI_STATUS(8, 16),
  /** Page requests that the function can have outstanding. Read-only. */
  PRI_CAPACITY(9, 32),
  /** Page requests that software allows to be outstanding. */
  PRI_ALLOCATION(10, 32);

  private final int number;
  private final int bits;

  ConfigRegister(int number, int bits) {
    this.number = number;
    this.bits = bits;
  }

  public int number() {
    return number;
  }

  /** Ones in all its bits. */
  public long mask() {
    return (1L << bits) - 1;
  }
}
