package dev.iommufleet.simulation.fleet;

/**
 * Something that goes wrong from {@code time} on, for {@code duration}; microseconds.
 *
 * @param target a node, an entity or a shard, as the kind says
 */
record Disturbance(long time, Kind kind, int target, long duration) {

  /** What goes wrong. */
  enum Kind {
    /** A process dies and starts again later. */
    CRASH(Of.NODE),
    /** A process stands still, unheard. */
    PAUSE(Of.NODE),
    /** A node is cut off from the others and the coordinator, not from clients and journal. */
    PARTITION(Of.NODE),
    /** A node leaves in order and comes back. */
    LEAVE(Of.NODE),
    /** Messages from and to a node are lost now and then. */
    LOSS(Of.NODE),
    /** Messages from and to a node come twice now and then. */
    DUPLICATES(Of.NODE),
    /** Messages from and to a node take long. */
    DELAY(Of.NODE),
    /** Writes to the journal of an entity take long. */
    SLOW_JOURNAL(Of.ENTITY),
    /** Writes to the journal of an entity fail now and then. */
    FAILING_JOURNAL(Of.ENTITY),
    /** A shard moves to another node. */
    MOVE(Of.SHARD);

    final Of of;

    Kind(Of of) {
      this.of = of;
    }
  }

  /** What a target is. */
  enum Of {
    NODE,
    ENTITY,
    SHARD
  }

  boolean isOver(long now) {
    return now >= time + duration;
  }
}
