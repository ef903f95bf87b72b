package dev.iommufleet.hardware.vtd;

import java.util.Arrays;

/**
 * Finds the entries of a group without touching any other: a hash table of groups for each kind,
 * each group a doubly linked list of slots.
 *
 * <p>Only the first slot of a group, its leader, hangs in a bucket. A <i>reference</i> is a slot
 * plus one, 0 is none, so that fresh arrays are empty.
 */
final class IotlbIndex {
  private static final int[] NO_HEADS = new int[IotlbGroup.TABLES << 1];

  private final IotlbSlots slots;
  private int bits = 1; // buckets of each table, log2
  private int[] heads = NO_HEADS; // references to leaders
  // For each slot and table: the next slot of the group; then the slot before it or, in a leader,
  // the complement of the reference to the bucket's next leader (negative, even if there is none).
  private int[] links;

  IotlbIndex(IotlbSlots slots) {
    this.slots = slots;
  }

  /** The first slot of a group, or {@link IotlbSlots#NONE}. */
  int first(IotlbGroup group, long who, long where) {
    int reference = heads[bucket(group, who, where)];
    while (reference != 0) {
      int slot = reference - 1;
      if (group.same(slots.who(slot), slots.where(slot), who, where)) {
        return slot;
      }
      reference = ~links[link(group, slot) + 1];
    }
    return IotlbSlots.NONE;
  }

  /** The next slot of the group that this slot is in, or {@link IotlbSlots#NONE}. */
  int next(IotlbGroup group, int slot) {
    return links[link(group, slot)];
  }

  void add(int slot) {
    add(IotlbGroup.KEY, slot);
    add(IotlbGroup.DOMAIN, slot);
    add(IotlbGroup.DOMAIN_PASID, slot);
    add(IotlbGroup.SOURCE, slot);
    add(frame(slot), slot);
    add(block(slot), slot);
  }

  void remove(int slot) {
    remove(IotlbGroup.KEY, slot);
    remove(IotlbGroup.DOMAIN, slot);
    remove(IotlbGroup.DOMAIN_PASID, slot);
    remove(IotlbGroup.SOURCE, slot);
    remove(frame(slot), slot);
    remove(block(slot), slot);
  }

  void clear() {
    if (heads != NO_HEADS) {
      Arrays.fill(heads, 0);
    }
  }

  /** As many buckets in each table as there are slots; links all entries anew. */
  void resize() {
    bits = Integer.numberOfTrailingZeros(slots.capacity());
    heads = new int[IotlbGroup.TABLES << bits];
    links = new int[slots.capacity() * IotlbGroup.TABLES << 1];
    for (int slot = slots.oldest(); slot != IotlbSlots.NONE; slot = slots.newer(slot)) {
      add(slot);
    }
  }

  private IotlbGroup frame(int slot) {
    return (slots.who(slot) & IotlbSlots.STAGE) == 0 ? IotlbGroup.FRAME_1 : IotlbGroup.FRAME_2;
  }

  private IotlbGroup block(int slot) {
    return (slots.who(slot) & IotlbSlots.STAGE) == 0 ? IotlbGroup.BLOCK_1 : IotlbGroup.BLOCK_2;
  }

  private void add(IotlbGroup group, int slot) {
    int link = link(group, slot);
    int leader = first(group, slots.who(slot), slots.where(slot));
    if (leader == IotlbSlots.NONE) {
      int bucket = bucket(group, slots.who(slot), slots.where(slot));
      links[link] = IotlbSlots.NONE;
      links[link + 1] = ~heads[bucket];
      heads[bucket] = slot + 1;
    } else {
      int second = next(group, leader);
      links[link] = second;
      links[link + 1] = leader;
      links[link(group, leader)] = slot;
      if (second != IotlbSlots.NONE) {
        links[link(group, second) + 1] = slot;
      }
    }
  }

  private void remove(IotlbGroup group, int slot) {
    int next = links[link(group, slot)];
    int before = links[link(group, slot) + 1];
    if (next != IotlbSlots.NONE) {
      links[link(group, next) + 1] = before; // also hands over the bucket's next leader
    }
    if (before >= 0) {
      links[link(group, before)] = next;
    } else {
      replaceLeader(group, slot, next == IotlbSlots.NONE ? ~before : next + 1);
    }
  }

  private void replaceLeader(IotlbGroup group, int leader, int by) {
    int bucket = bucket(group, slots.who(leader), slots.where(leader));
    int reference = heads[bucket];
    if (reference == leader + 1) {
      heads[bucket] = by;
      return;
    }
    int link = link(group, reference - 1) + 1;
    while (~links[link] != leader + 1) {
      link = link(group, ~links[link] - 1) + 1;
    }
    links[link] = ~by;
  }

  private int bucket(IotlbGroup group, long who, long where) {
    return (int) (group.hash(who, where) >>> -bits) + (group.table() << bits);
  }

  private static int link(IotlbGroup group, int slot) {
    return (slot * IotlbGroup.TABLES + group.table()) << 1;
  }
}
