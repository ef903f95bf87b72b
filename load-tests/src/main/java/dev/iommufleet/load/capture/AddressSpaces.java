package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The address spaces of the recorded machine. A key holds source id and PASID.
 *
 * <p>A space behind a bridge is announced before the guest numbers its bus, so several can share
 * one source id, and no line tells the number that it gets. Such a space is made in the target when
 * its number shows up for the first time; until then answers under the shared id are left out.
 */
final class AddressSpaces {
  private static final long NO_KEY = -1;
  private static final int SOURCE_ID_BITS = 16;
  private static final long ANNOUNCEMENT = 1L << 40;
  private static final long BUS = 0xFF00;
  private static final long[] NONE = {};

  private static final class Space {
    final long firstKey;

    /** The present one; {@link #NO_KEY}: shared with another space, so not known to the target. */
    long key;

    int flags;

    Space(long key) {
      this.firstKey = key;
      this.key = key;
    }
  }

  private final Map<Long, Space> byKey = new HashMap<>();
  private final List<Space> all = new ArrayList<>();

  /** Keys that the target has and the recorded machine has no more. */
  private final Set<Long> gone = new HashSet<>();

  private int unnumbered;
  private Space lastAdded;

  /** The event group of a space's announcement, which has no order among the space's events. */
  static long announcement(long key) {
    return key | ANNOUNCEMENT;
  }

  /** The space that an event group is about. */
  static long keyOf(long group) {
    return group & ~ANNOUNCEMENT;
  }

  static long key(long sourceId, long pasid) {
    return pasid << SOURCE_ID_BITS | sourceId;
  }

  /** No PASID and PASID 0 are one in a capture. */
  static int pasid(long pasid) {
    return pasid == 0 ? Access.NO_PASID : (int) pasid;
  }

  /** A space is announced; false: it cannot be told from another one yet. */
  boolean announce(long key) {
    var space = new Space(key);
    lastAdded = space;
    all.add(space);
    if (byKey.putIfAbsent(key, space) == null) {
      return true;
    }
    space.key = NO_KEY;
    unnumbered++;
    return false;
  }

  /** A listener was added; false: its space has no number yet. */
  boolean listen(long key, int flags) {
    Space space = lastAdded != null && lastAdded.firstKey == key ? lastAdded : byKey.get(key);
    if (space == null) {
      return true;
    }
    space.flags |= flags;
    return space.key != NO_KEY;
  }

  /** A line names this space: makes it in the target if that does not have it. */
  void named(long key, Step step) {
    if (byKey.containsKey(key)) {
      return;
    }
    Space space = find(key);
    if (space == null) {
      space = new Space(key);
      all.add(space);
    } else if (space.key == NO_KEY) {
      unnumbered--;
    } else {
      gone.add(space.key);
      byKey.remove(space.key);
    }
    space.key = key;
    byKey.put(key, space);
    if (!gone.remove(key)) {
      int sourceId = (int) key & 0xFFFF;
      int pasid = pasid(key >>> SOURCE_ID_BITS);
      step.before.add(new Operation.AddAddressSpace(sourceId, pasid));
      if (space.flags != 0) {
        step.before.add(new Operation.AddNotifier(sourceId, pasid, space.flags));
      }
    }
  }

  /** The space that got this number: one that shares its own, else one whose bus had none. */
  private Space find(long key) {
    Space moved = null;
    for (Space space : all) {
      if (((space.firstKey ^ key) & ~BUS) == 0) {
        if (space.key == NO_KEY) {
          return space;
        }
        if (space.key == space.firstKey && (space.key & BUS) == 0) {
          moved = space;
        }
      }
    }
    return moved;
  }

  /** After a system reset: numbered spaces that no line names have lost their number. */
  void afterReset(Set<Long> named) {
    for (Space space : all) {
      if (space.key != space.firstKey && space.key != NO_KEY && !named.contains(space.key)) {
        gone.add(space.key);
        byKey.remove(space.key);
        if (byKey.putIfAbsent(space.firstKey, space) == null) {
          space.key = space.firstKey;
          gone.remove(space.key);
        } else {
          space.key = NO_KEY;
          unnumbered++;
        }
      }
    }
  }

  /** Everything starts anew. */
  void clear() {
    byKey.clear();
    all.clear();
    gone.clear();
    lastAdded = null;
    unnumbered = 0;
  }

  /** Keys whose answers cannot be told apart or exist in the target only, ascending. */
  long[] leftOut() {
    if (unnumbered == 0 && gone.isEmpty()) {
      return NONE;
    }
    var keys = new TreeSet<>(gone);
    for (Space space : all) {
      if (space.key == NO_KEY) {
        keys.add(space.firstKey);
      }
    }
    return keys.stream().mapToLong(Long::longValue).toArray();
  }
}
