package dev.iommufleet.load.guest;

import dev.iommufleet.protocol.load.v1.Claim;
import dev.iommufleet.protocol.load.v1.Mapping;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Page tables of one address space over the 16 MiB below 4 GiB, where the driver allots I/O virtual
 * addresses first. Pages are numbered from the lower end. Leaf tables come and go as they are used.
 */
final class PageTables {
  static final int LEAF_TABLES = 8;
  static final int PAGES = LEAF_TABLES * 512;

  private static final long WINDOW = 0x1_0000_0000L - (long) PAGES * 4096;
  private static final int LEVEL_3_INDEX = 3;
  private static final int LEVEL_2_INDEX = 512 - LEAF_TABLES;
  private static final long DATA = 0x40_0000_0000L;
  private static final int MOST_FRAMES = 0x3FF_FFFF;

  /** P, R/W, U/S, A and D, as the driver sets them; or R and W. */
  private static final long FIRST_STAGE_RIGHTS = 0x67;

  private static final long SECOND_STAGE_RIGHTS = 3;

  private final Frames frames;
  private final long rights;
  private final long root;
  private final long level3;
  private final long level2;
  private final long[] leaves = new long[LEAF_TABLES];
  private final long number;
  private final BitSet mapped = new BitSet();

  private int maps;

  /**
   * Where data lies, by page from the upper end, where pages are given out first. Each map takes
   * another frame, so that an old translation shows.
   */
  private int[] data = new int[0];

  /** {@code number}: of the address space, among those of its guest. */
  PageTables(Frames frames, boolean firstStage, long number, Batch batch) {
    this.number = number;
    this.frames = frames;
    this.rights = firstStage ? FIRST_STAGE_RIGHTS : SECOND_STAGE_RIGHTS;
    root = frames.take(batch);
    level3 = frames.take(batch);
    level2 = frames.take(batch);
    batch.store(root, level3 | rights);
    batch.store(level3 + LEVEL_3_INDEX * 8, level2 | rights);
  }

  long root() {
    return root;
  }

  static long iova(int page) {
    return WINDOW + ((long) page << 12);
  }

  int mappedPages() {
    return mapped.cardinality();
  }

  boolean isMapped(int page) {
    return mapped.get(page);
  }

  /** A mapped page at or behind {@code from}, wrapping; -1: none is mapped. */
  int anyMapped(int from) {
    int found = mapped.nextSetBit(from);
    return found >= 0 ? found : mapped.nextSetBit(0);
  }

  /** Pages in a row from {@code page} on that are mapped, at most {@code most}. */
  int run(int page, int most) {
    return Math.min(mapped.nextClearBit(page) - page, most);
  }

  /** Where the page's data lies. */
  long address(int page) {
    return DATA + ((long) data[PAGES - 1 - page] << 12);
  }

  /** Maps pages that are not mapped. */
  void map(Batch batch, int page, int count) {
    int last = PAGES - 1 - page;
    if (data.length <= last) {
      data = Arrays.copyOf(data, Math.min(PAGES, (last / 64 + 1) * 64));
    }
    for (int at = page; at < page + count; ) {
      int end = Math.min(page + count, (at / 512 + 1) * 512);
      long table = leafTable(batch, at / 512);
      var entries = new long[end - at];
      for (int i = 0; i < entries.length; i++) {
        data[PAGES - 1 - at - i] = ++maps & MOST_FRAMES;
        entries[i] = address(at + i) | rights;
      }
      batch.claim(Claim.newBuilder().setMapped(mapping(at, end - at)));
      batch.store(table + (at % 512) * 8L, entries);
      mapped.set(at, end);
      at = end;
    }
  }

  /** What claims say of so many pages. */
  Mapping mapping(int page, int count) {
    return Mapping.newBuilder()
        .setSpace(number)
        .setIova(iova(page))
        .setBytes((long) count << 12)
        .setAddress(address(page))
        .build();
  }

  private long leafTable(Batch batch, int index) {
    if (leaves[index] == 0) {
      leaves[index] = frames.take(batch);
      batch.store(level2 + (LEVEL_2_INDEX + index) * 8L, leaves[index] | rights);
    }
    return leaves[index];
  }

  /**
   * Clears the entries; leaf tables that hold nothing more are taken out of their parent.
   *
   * @return the tables that were taken out; they may be used again when the flush is done
   */
  long[] unmap(Batch batch, int page, int count) {
    var taken = new long[0];
    for (int at = page; at < page + count; ) {
      int end = Math.min(page + count, (at / 512 + 1) * 512);
      int index = at / 512;
      mapped.clear(at, end);
      batch.claim(Claim.newBuilder().setUnmapped(mapping(at, end - at)));
      batch.store(leaves[index] + (at % 512) * 8L, new long[end - at]);
      int next = mapped.nextSetBit(index * 512);
      if (next < 0 || next >= (index + 1) * 512) {
        batch.store(level2 + (LEVEL_2_INDEX + index) * 8L, 0);
        taken = Arrays.copyOf(taken, taken.length + 1);
        taken[taken.length - 1] = leaves[index];
        leaves[index] = 0;
      }
      at = end;
    }
    return taken;
  }

  /** All tables; nothing may walk them any more. */
  void free() {
    for (long leaf : leaves) {
      if (leaf != 0) {
        frames.giveBack(leaf);
      }
    }
    frames.giveBack(level2);
    frames.giveBack(level3);
    frames.giveBack(root);
  }
}
