package dev.iommufleet.actors;

import java.util.function.Consumer;

/** What an entity in memory looks like now. Written by the entity, read by whoever sums up. */
public final class EntityGauge {
  private final EntityKind kind;
  private final Consumer<EntityGauge> left;
  private volatile int queueDepth;
  private volatile int pageRequests;
  private volatile boolean parked;

  /**
   * @param left told once the entity has left memory
   */
  public EntityGauge(EntityKind kind, Consumer<EntityGauge> left) {
    this.kind = kind;
    this.left = left;
  }

  public EntityKind kind() {
    return kind;
  }

  /** Descriptors queued and not fetched. */
  public int queueDepth() {
    return queueDepth;
  }

  /** Page requests that software has not taken. */
  public int pageRequests() {
    return pageRequests;
  }

  public boolean parked() {
    return parked;
  }

  void queue(int depth, boolean isParked) {
    queueDepth = depth;
    parked = isParked;
  }

  void pageRequests(int pending) {
    pageRequests = pending;
  }

  void leave() {
    left.accept(this);
  }
}
