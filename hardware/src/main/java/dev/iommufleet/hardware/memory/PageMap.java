package dev.iommufleet.hardware.memory;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;

/**
 * Pages by number: open addressing, linear probing, at most half full to keep chains short. Copies
 * share their pages until one of them changes a page.
 */
final class PageMap {
  private static final int FIRST_CAPACITY = 4;

  private MemoryPage[] slots; // null until the first page comes
  private int size;

  /** Pages that carry it are this map's alone. */
  private Object owner = new Object();

  PageMap copy() {
    var copy = new PageMap();
    copy.size = size;
    copy.slots = slots == null ? null : slots.clone();
    owner = new Object();
    return copy;
  }

  int size() {
    return size;
  }

  /** Null: no such page. */
  MemoryPage find(long number) {
    if (slots == null) {
      return null;
    }
    int mask = slots.length - 1;
    int slot = home(number, mask);
    for (var page = slots[slot]; page != null; page = slots[slot]) {
      if (page.number == number) {
        return page;
      }
      slot = slot + 1 & mask;
    }
    return null;
  }

  /** A page of zeros; it must not be there yet. */
  MemoryPage add(long number) {
    var page = new MemoryPage(number, owner);
    add(page);
    return page;
  }

  /** The page, which must be there, as this map's alone: it is about to change. */
  MemoryPage own(MemoryPage page) {
    if (page.owner == owner) {
      return page;
    }
    var own = new MemoryPage(page, owner);
    int mask = slots.length - 1;
    int slot = home(page.number, mask);
    while (slots[slot] != page) {
      slot = slot + 1 & mask;
    }
    slots[slot] = own;
    return own;
  }

  private void add(MemoryPage page) {
    if (slots == null) {
      slots = new MemoryPage[FIRST_CAPACITY];
    } else if (size == slots.length >>> 1) {
      resize(slots.length << 1);
    }
    place(page);
    size++;
  }

  /** The page must be there. Later pages of its chain move up, so no gap hides one. */
  void remove(MemoryPage page) {
    int mask = slots.length - 1;
    int gap = home(page.number, mask);
    while (slots[gap] != page) {
      gap = gap + 1 & mask;
    }
    for (int slot = gap + 1 & mask; slots[slot] != null; slot = slot + 1 & mask) {
      int distance = slot - home(slots[slot].number, mask) & mask;
      if (distance >= (slot - gap & mask)) {
        slots[gap] = slots[slot];
        gap = slot;
      }
    }
    slots[gap] = null;
    size--;
    shrink();
  }

  private void shrink() {
    if (size == 0) {
      slots = null;
    } else if (slots.length > 64 && size < slots.length >>> 3) {
      resize(slots.length >>> 1);
    }
  }

  /** All pages, ascending. */
  MemoryPage[] sorted() {
    if (slots == null) {
      return new MemoryPage[0];
    }
    return Arrays.stream(slots)
        .filter(Objects::nonNull)
        .sorted(Comparator.comparingLong(page -> page.number))
        .toArray(MemoryPage[]::new);
  }

  private void resize(int capacity) {
    var old = slots;
    slots = new MemoryPage[capacity];
    for (var page : old) {
      if (page != null) {
        place(page);
      }
    }
  }

  private void place(MemoryPage page) {
    int mask = slots.length - 1;
    int slot = home(page.number, mask);
    while (slots[slot] != null) {
      slot = slot + 1 & mask;
    }
    slots[slot] = page;
  }

  private static int home(long number, int mask) {
    return (int) (number * 0x9E37_79B9_7F4A_7C15L >>> 32) & mask;
  }
}
