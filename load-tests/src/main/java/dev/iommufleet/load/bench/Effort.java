package dev.iommufleet.load.bench;

/** How much time a benchmark may take. */
public enum Effort {
  /** Enough runs for a figure that can be quoted. */
  FULL,
  /** As little as shows that the benchmark still works; its figures mean nothing. */
  SMOKE;

  /** The one or the other. */
  public int pick(int full, int smoke) {
    return this == FULL ? full : smoke;
  }
}
