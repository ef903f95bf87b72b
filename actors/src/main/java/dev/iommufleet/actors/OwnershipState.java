package dev.iommufleet.actors;

/**
 * When a majority said last that this node is one of them. Times are of the monotonic clock, in
 * nanoseconds: those at which the question was asked, for the answer may have been under way for
 * long.
 */
public final class OwnershipState implements Ownership {
  private final long limitNanos;

  /** Volatile last: who sees it sees the others. */
  private long firstNanos;

  private boolean settled;
  private volatile Last last;

  private volatile long changedUnixNanos;

  private record Last(long nanos, long certainFromNanos) {}

  /**
   * @param limitNanos how old the last yes may be
   */
  public OwnershipState(long limitNanos) {
    this.limitNanos = limitNanos;
  }

  @Override
  public boolean certain() {
    return certain(System.nanoTime());
  }

  /** As {@link #certain()} at another time. */
  boolean certain(long now) {
    var it = last;
    return it != null && now - it.nanos < limitNanos && now - it.certainFromNanos >= 0;
  }

  /** Whether who is in a cluster with this node need not wait. */
  boolean settled(long now) {
    var it = last;
    return it != null && now - it.certainFromNanos >= 0;
  }

  /**
   * A majority has said yes. By one thread at a time.
   *
   * @param askedNanos when it was asked
   * @param bySettled one of them is settled. In a cluster that was formed a moment ago nobody is: a
   *     node of an older one may not have noticed yet that it lost its majority to this one.
   */
  void confirm(long askedNanos, boolean bySettled) {
    if (last == null) {
      firstNanos = askedNanos;
    }
    settled |= bySettled;
    long nanos = last == null ? askedNanos : Math.max(last.nanos - askedNanos, 0) + askedNanos;
    last = new Last(nanos, settled ? firstNanos : firstNanos + limitNanos);
  }

  /** It has become certain, or uncertain. Nanoseconds since 1970-01-01 UTC. */
  void changed(long unixNanos) {
    changedUnixNanos = unixNanos;
  }

  /** Nanoseconds since 1970-01-01 UTC: when that was last; 0: never. */
  public long changedUnixNanos() {
    return changedUnixNanos;
  }
}
