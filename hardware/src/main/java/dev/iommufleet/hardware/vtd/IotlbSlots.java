package dev.iommufleet.hardware.vtd;

import java.util.Arrays;

/**
 * The entries of an IOTLB, packed, in the order of their arrival.
 *
 * <p>An entry is three words: <i>who</i> (source id, PASID, domain id, stage, permissions),
 * <i>where</i> (frame number and level) and the leaf entry. PASIDs take 21 bits, so that {@link
 * Access#NO_PASID} is one more value.
 */
final class IotlbSlots {
  static final int NONE = -1;

  static final long SOURCE_ID = 0xFFFFL; // who [15:0]
  static final long PASID = 0x1F_FFFFL << 16; // who [36:16]
  static final long DOMAIN_ID = 0xFFFFL << 37; // who [52:37]
  static final long STAGE = 1L << 53; // who [53]: set for the second stage
  static final int FRAME_LSB = 2; // where [53:2]; the level in [1:0]

  private static final int PERMISSIONS_LSB = 54; // who [57:54]
  private static final int WORDS = 3;
  private static final int FIRST_CAPACITY = 8;

  private long[] entries; // null until the first entry comes
  private int[] ages; // for each slot the next newer one (the next free one) and the next older one
  private int oldest = NONE;
  private int newest = NONE;
  private int freed = NONE; // slots given back, chained
  private int touched; // slots from here on were never used
  private int size;

  static long who(int sourceId, int pasid) {
    return sourceId & SOURCE_ID | (long) pasid << 16 & PASID;
  }

  static long who(int domainId, int pasid, int stage) {
    return (domainId & 0xFFFFL) << 37 | (long) pasid << 16 & PASID | (stage == 2 ? STAGE : 0);
  }

  static long where(long gfn, int level) {
    return gfn << FRAME_LSB | level;
  }

  int size() {
    return size;
  }

  /** Slots there is memory for; a power of two, or 0. */
  int capacity() {
    return entries == null ? 0 : ages.length >>> 1;
  }

  boolean full() {
    return size == capacity();
  }

  /** Makes room for twice as many slots; slots keep their numbers. */
  void grow() {
    int capacity = Math.max(FIRST_CAPACITY, capacity() << 1);
    entries =
        entries == null ? new long[capacity * WORDS] : Arrays.copyOf(entries, capacity * WORDS);
    ages = ages == null ? new int[capacity << 1] : Arrays.copyOf(ages, capacity << 1);
  }

  /** Gives memory back: slots for this many, a power of two, with new numbers. */
  void shrink(int capacity) {
    long[] old = entries;
    long[] kept = new long[capacity * WORDS];
    int count = 0;
    for (int slot = oldest; slot != NONE; slot = newer(slot)) {
      System.arraycopy(old, slot * WORDS, kept, count++ * WORDS, WORDS);
    }
    entries = kept;
    ages = new int[capacity << 1];
    clear();
    while (touched < count) {
      appendAge(touched++);
    }
    size = count;
  }

  /** Stores an entry as the newest; there must be room. */
  int add(Fact.IotlbFilled entry) {
    int slot = freed;
    if (slot == NONE) {
      slot = touched++;
    } else {
      freed = ages[slot << 1];
    }
    int at = slot * WORDS;
    entries[at] =
        who(entry.sourceId(), entry.pasid())
            | who(entry.domainId(), entry.pasid(), entry.stage())
            | (long) (entry.permissions() & 0xF) << PERMISSIONS_LSB;
    entries[at + 1] = where(entry.gfn(), entry.level());
    entries[at + 2] = entry.pte();
    appendAge(slot);
    size++;
    return slot;
  }

  private void appendAge(int slot) {
    ages[slot << 1] = NONE;
    ages[(slot << 1) + 1] = newest;
    if (newest == NONE) {
      oldest = slot;
    } else {
      ages[newest << 1] = slot;
    }
    newest = slot;
  }

  void remove(int slot) {
    int newer = newer(slot);
    int older = ages[(slot << 1) + 1];
    if (older == NONE) {
      oldest = newer;
    } else {
      ages[older << 1] = newer;
    }
    if (newer == NONE) {
      newest = older;
    } else {
      ages[(newer << 1) + 1] = older;
    }
    ages[slot << 1] = freed;
    freed = slot;
    size--;
  }

  void clear() {
    oldest = NONE;
    newest = NONE;
    freed = NONE;
    touched = 0;
    size = 0;
  }

  int oldest() {
    return oldest;
  }

  int newer(int slot) {
    return ages[slot << 1];
  }

  long who(int slot) {
    return entries[slot * WORDS];
  }

  long where(int slot) {
    return entries[slot * WORDS + 1];
  }

  long pte(int slot) {
    return entries[slot * WORDS + 2];
  }

  int sourceId(int slot) {
    return (int) (who(slot) & SOURCE_ID);
  }

  int pasid(int slot) {
    return (int) (who(slot) << 27 >> 43); // sign-extended: all 21 bits set is NO_PASID
  }

  int domainId(int slot) {
    return (int) (who(slot) >>> 37) & 0xFFFF;
  }

  int stage(int slot) {
    return (who(slot) & STAGE) == 0 ? 1 : 2;
  }

  int permissions(int slot) {
    return (int) (who(slot) >>> PERMISSIONS_LSB) & 0xF;
  }

  int level(int slot) {
    return (int) where(slot) & 3;
  }

  long gfn(int slot) {
    return where(slot) >>> FRAME_LSB;
  }

  Fact.IotlbFilled entry(int slot) {
    return new Fact.IotlbFilled(
        sourceId(slot),
        pasid(slot),
        gfn(slot),
        level(slot),
        domainId(slot),
        pte(slot),
        permissions(slot),
        stage(slot));
  }
}
