package dev.iommufleet.load.bench;

/** How much time a benchmark may take. */
public enum Effort {
  /** Enough runs for a figure that can be quoted. */
  FULL,
  /** Smaller fleets and fewer rounds: to compare two versions while one works on them. */
  DRAFT,
  /** As little as shows that the benchmark still works; its figures mean nothing. */
  SMOKE;

  /** The one or the other. */
  public int pick(int full, int smoke) {
    return pick(full, full, smoke);
  }

  /** One of the three. */
  public int pick(int full, int draft, int smoke) {
    return switch (this) {
      case FULL -> full;
      case DRAFT -> draft;
      case SMOKE -> smoke;
    };
  }
}
