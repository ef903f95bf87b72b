package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.StateHash;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The IOTLB: translations by source id, PASID, frame number and level, bounded. [TRN-7]
 *
 * <p>An invalidation costs as much as it removes plus a bounded number of look-ups, whatever else
 * is resident: see {@link IotlbIndex}. Source ids and domain ids are 16 bits, PASIDs 20 bits or
 * {@link Access#NO_PASID}; frame numbers count 4 KiB and are aligned to the page size of their
 * level (1: 4 KiB, 2: 2 MiB, 3: 1 GiB). A slot is valid until the next change. Not thread-safe.
 */
final class Iotlb {
  private static final int NONE = IotlbSlots.NONE;
  private static final int KEPT_SLOTS = 64;
  private static final long TAG = 0x494F_544C_4200_0000L; // "IOTLB"

  private final int capacity;
  private final boolean emptiedWhenFull;
  private final IotlbSlots slots = new IotlbSlots();
  private final IotlbIndex index = new IotlbIndex(slots);
  private final int[] atLevel = new int[4]; // entries of each level
  private long hash;

  /**
   * @param capacity entries at most, 1 to 65,536
   * @param emptiedWhenFull a full IOTLB loses all entries; otherwise its oldest
   */
  Iotlb(int capacity, boolean emptiedWhenFull) {
    this.capacity = capacity;
    this.emptiedWhenFull = emptiedWhenFull;
  }

  int size() {
    return slots.size();
  }

  /**
   * The slot that translates a 4 KiB frame, or -1. Small pages first: a stale small page wins over
   * a newer large one. [TRN-3]
   */
  int find(int sourceId, int pasid, long gfn4k) {
    long who = IotlbSlots.who(sourceId, pasid);
    int slot = atLevel[1] == 0 ? NONE : find(who, gfn4k, 1);
    if (slot == NONE && atLevel[2] != 0) {
      slot = find(who, gfn4k & -1L << 9, 2);
    }
    if (slot == NONE && atLevel[3] != 0) {
      slot = find(who, gfn4k & -1L << 18, 3);
    }
    return slot;
  }

  private int find(long who, long gfn, int level) {
    return index.first(IotlbGroup.KEY, who, IotlbSlots.where(gfn, level));
  }

  int sourceId(int slot) {
    return slots.sourceId(slot);
  }

  int pasid(int slot) {
    return slots.pasid(slot);
  }

  long gfn(int slot) {
    return slots.gfn(slot);
  }

  int level(int slot) {
    return slots.level(slot);
  }

  int domainId(int slot) {
    return slots.domainId(slot);
  }

  long pte(int slot) {
    return slots.pte(slot);
  }

  /** Bits of {@link Access}. */
  int permissions(int slot) {
    return slots.permissions(slot);
  }

  int stage(int slot) {
    return slots.stage(slot);
  }

  /**
   * To be called before an insert. A full IOTLB is emptied, or loses its oldest entry; returns how
   * many were dropped by emptying.
   */
  int makeRoom() {
    if (slots.size() < capacity) {
      return 0;
    }
    if (emptiedWhenFull) {
      return invalidateAll();
    }
    remove(slots.oldest());
    return 0;
  }

  /** Adds the newest entry, in place of the one with the same key. There must be room. */
  void insert(Fact.IotlbFilled entry) {
    check(entry);
    int same = find(IotlbSlots.who(entry.sourceId(), entry.pasid()), entry.gfn(), entry.level());
    if (same != NONE) {
      remove(same);
    } else if (slots.size() >= capacity) {
      throw new IllegalStateException("no room was made: " + capacity + " entries and " + entry);
    }
    if (slots.full()) {
      slots.grow();
      index.resize();
    }
    int slot = slots.add(entry);
    index.add(slot);
    atLevel[entry.level()]++;
    hash += term(slot);
  }

  private static void check(Fact.IotlbFilled entry) {
    int level = entry.level();
    if (level < 1 || level > 3 || (entry.gfn() & ~(-1L << 9 * (level - 1))) != 0) {
      throw new IllegalStateException("level and frame number don't fit: " + entry);
    }
  }

  /** Removes everything; returns how many. */
  int invalidateAll() {
    int removed = slots.size();
    if (removed < slots.capacity() >>> 4) {
      while (slots.oldest() != NONE) {
        remove(slots.oldest());
      }
    } else if (removed > 0) {
      slots.clear();
      index.clear();
      Arrays.fill(atLevel, 0);
      hash = 0;
    }
    return trimmed(removed);
  }

  /**
   * Keeps a quarter of the slots when seven eighths are empty: a burst of translations costs memory
   * only until the guest invalidates. What moves is less than what was removed before.
   */
  private int trimmed(int removed) {
    int capacityNow = slots.capacity();
    if (capacityNow > KEPT_SLOTS && slots.size() < capacityNow >>> 3) {
      slots.shrink(capacityNow >>> 2);
      index.resize();
    }
    return removed;
  }

  /** Removes a domain's entries; returns how many. */
  int invalidateDomain(int domainId) {
    return trimmed(
        removeGroup(IotlbGroup.DOMAIN, IotlbSlots.who(domainId, 0, 1), 0)
            + removeGroup(IotlbGroup.DOMAIN, IotlbSlots.who(domainId, 0, 2), 0));
  }

  /**
   * Removes a domain's second-stage entries in a range of frames, and all its first-stage entries;
   * returns how many. [INV-7]
   *
   * @param address any address in the range
   * @param addressMask log2 of the frame count, 0 to 63
   */
  int invalidatePage(int domainId, long address, int addressMask) {
    int removed = removeGroup(IotlbGroup.DOMAIN, IotlbSlots.who(domainId, 0, 1), 0);
    return trimmed(removed + removeRange(IotlbRange.secondStage(domainId, address, addressMask)));
  }

  /** Removes the entries of one PASID in a domain; returns how many. */
  int invalidatePasid(int domainId, int pasid) {
    return trimmed(removeGroup(IotlbGroup.DOMAIN_PASID, IotlbSlots.who(domainId, pasid, 1), 0));
  }

  /**
   * Removes the first-stage entries of one PASID in a domain in a range of frames; returns how
   * many. [INV-7]
   *
   * @param address any address in the range
   * @param addressMask log2 of the frame count, 0 to 63
   */
  int invalidatePasidPage(int domainId, int pasid, long address, int addressMask) {
    return trimmed(removeRange(IotlbRange.firstStage(domainId, pasid, address, addressMask)));
  }

  /** Removes a function's entries; returns how many. */
  int invalidateSource(int sourceId) {
    return trimmed(removeGroup(IotlbGroup.SOURCE, IotlbSlots.who(sourceId, 0), 0));
  }

  /** Removes a function's entries of one PASID; returns how many. Walks all of the function's. */
  int invalidateSource(int sourceId, int pasid) {
    int removed = 0;
    int slot = index.first(IotlbGroup.SOURCE, IotlbSlots.who(sourceId, 0), 0);
    while (slot != NONE) {
      int next = index.next(IotlbGroup.SOURCE, slot);
      if (slots.pasid(slot) == pasid) {
        remove(slot);
        removed++;
      }
      slot = next;
    }
    return trimmed(removed);
  }

  /** Equal for equal entries, whatever their age. */
  long hash() {
    return hash;
  }

  /** Visits all entries, oldest first: inserting them in this order gives the same IOTLB. */
  void forEach(Consumer<Fact.IotlbFilled> visitor) {
    for (int slot = slots.oldest(); slot != NONE; slot = slots.newer(slot)) {
      visitor.accept(slots.entry(slot));
    }
  }

  private int removeRange(IotlbRange range) {
    if (index.first(range.space().all(), range.who(), 0) == NONE) {
      return 0;
    }
    int removed = removeLargePage(range, 2) + removeLargePage(range, 3);
    var list = range.inBlocks() ? range.space().all() : range.space().block();
    if (range.tooManyProbes() || isShort(list, range)) {
      return removed + removeCovered(list, range);
    }
    for (int i = 0; i < range.probes(); i++) {
      removed +=
          range.inBlocks()
              ? removeAt(range.space().block(), range, range.base() + i * 512L, 0)
              : removeAt(range.space().frame(), range, range.base() + i, 1);
    }
    return removed;
  }

  /** A large page goes when the invalidated address lies in it, however small the range. */
  private int removeLargePage(IotlbRange range, int level) {
    long gfn = range.gfn() & -1L << 9 * (level - 1);
    return atLevel[level] == 0 ? 0 : removeAt(range.space().frame(), range, gfn, level);
  }

  private int removeAt(IotlbGroup group, IotlbRange range, long gfn, int level) {
    return removeGroup(group, range.who(), IotlbSlots.where(gfn, level));
  }

  /** Whether walking the list takes no more steps than looking up what the range covers. */
  private boolean isShort(IotlbGroup list, IotlbRange range) {
    int steps = range.probes();
    int slot = index.first(list, range.who(), IotlbSlots.where(range.base(), 0));
    while (slot != NONE && steps > 0) {
      slot = index.next(list, slot);
      steps--;
    }
    return slot == NONE;
  }

  private int removeCovered(IotlbGroup list, IotlbRange range) {
    int removed = 0;
    int slot = index.first(list, range.who(), IotlbSlots.where(range.base(), 0));
    while (slot != NONE) {
      int next = index.next(list, slot);
      if (range.covers(slots, slot)) {
        remove(slot);
        removed++;
      }
      slot = next;
    }
    return removed;
  }

  private int removeGroup(IotlbGroup group, long who, long where) {
    int removed = 0;
    int slot = index.first(group, who, where);
    while (slot != NONE) {
      int next = index.next(group, slot);
      remove(slot);
      removed++;
      slot = next;
    }
    return removed;
  }

  private void remove(int slot) {
    hash -= term(slot);
    atLevel[slots.level(slot)]--;
    index.remove(slot);
    slots.remove(slot);
  }

  private long term(int slot) {
    long key = StateHash.mix(TAG, slots.who(slot), slots.where(slot));
    return StateHash.mix(TAG, key, slots.pte(slot));
  }
}
