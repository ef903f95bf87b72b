package dev.iommufleet.hardware.memory;

/** How a range of guest-physical addresses answers. */
public enum MemoryKind {
  /** Reads and writes succeed; bytes never written read as zero. */
  RAM,
  /** Reads succeed, writes fail (ROM). */
  READ_ONLY,
  /** Reads and writes fail (a hole, a device). */
  UNREADABLE
}
