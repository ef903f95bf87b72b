package dev.iommufleet.hardware.vtd;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One emulated VT-d IOMMU with the guest memory that its tables live in. Not thread-safe; a
 * deterministic function of its configuration and of what {@link #execute} and {@link #apply} were
 * given, in order.
 */
public final class Iommu {
  private final IommuConfig config;

  /** Power-on state. The configuration has no conflicts. */
  public Iommu(IommuConfig config) {
    this.config = config;
  }

  public IommuConfig config() {
    return config;
  }

  /** Why these operations cannot be executed as one request; empty: they can. */
  public Optional<Refusal> refusal(List<Operation> operations) {
    throw new IllegalStateException("under construction: " + operations.size());
  }

  /** Runs one operation to its end; the facts go to {@code sink} as they come true. */
  public Reply execute(Operation operation, FactSink sink) {
    throw new IllegalStateException("under construction: " + operation + sink);
  }

  /** How far the invalidation queue came. */
  public QueueProgress progress() {
    throw new IllegalStateException("under construction");
  }

  /** Makes a {@link Fact.Lasting} or {@link Fact.Soft} fact true; others change nothing. */
  public void apply(Fact fact) {
    throw new IllegalStateException("under construction: " + fact);
  }

  /** Lasting facts that turn a new IOMMU of the same configuration into this one. */
  public void describe(Consumer<Fact> sink) {
    throw new IllegalStateException("under construction: " + sink);
  }

  /** Soft facts that fill the caches of an IOMMU whose caches are empty. */
  public void describeSoft(Consumer<Fact> sink) {
    throw new IllegalStateException("under construction: " + sink);
  }

  /** Empties every cache that hardware may drop at any moment. */
  public void dropSoftState() {
    throw new IllegalStateException("under construction");
  }

  /** Hash of everything that lasts; kept up to date, so asking is cheap. */
  public long stateHash() {
    throw new IllegalStateException("under construction");
  }

  /** Hash of the caches. */
  public long softHash() {
    throw new IllegalStateException("under construction");
  }

  // ---- looking from outside; nothing here changes anything ----------------------------------

  /** Head equals tail and no wait is pending. */
  public boolean queueIdle() {
    throw new IllegalStateException("under construction");
  }

  /** A fetched wait is pending for a function that has not answered. */
  public boolean queueParked() {
    throw new IllegalStateException("under construction");
  }

  /**
   * The queue is parked and this profile completes a tail write before its request goes on: the
   * operations behind it wait until the queue is not parked any more.
   */
  public boolean holdsRequestsBack() {
    throw new IllegalStateException("under construction");
  }

  /** Ascending. Functions whose answers a pending wait misses; empty: the queue is not parked. */
  public int[] parkedOn() {
    throw new IllegalStateException("under construction");
  }

  /** Index of the first pending wait in the queue; -1: none. */
  public int parkedPosition() {
    throw new IllegalStateException("under construction");
  }

  public int pasidCacheEntries() {
    throw new IllegalStateException("under construction");
  }

  public int attachedFunctions() {
    throw new IllegalStateException("under construction");
  }

  /** 4 KiB pages of guest memory that hold data. */
  public int memoryPages() {
    throw new IllegalStateException("under construction");
  }

  /** The raw register page from offset 0, little endian. */
  public byte[] registerPage() {
    throw new IllegalStateException("under construction");
  }

  public long latch(Latch latch) {
    throw new IllegalStateException("under construction: " + latch);
  }

  /** FSTS, 32 bits. */
  public int faultStatus() {
    throw new IllegalStateException("under construction");
  }

  /** Fault records with F set, ascending by index; outcome RECORDED, high with F. */
  public List<Fact.FaultRecorded> faultRecords() {
    throw new IllegalStateException("under construction");
  }
}
