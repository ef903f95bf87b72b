package dev.iommufleet.load.bench;

import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.Operation;
import java.util.function.Consumer;

/**
 * A guest that programs its IOMMU as an operating system does: tables in memory, registers, queue.
 * Its operations go to a sink, so it can drive an IOMMU here or behind a connection.
 *
 * <p>It has two functions in two domains; both see the same page tables.
 */
public final class Guest {
  /** 00:02.0, in domain 5. */
  public static final int SOURCE = 0x10;

  /** 00:03.0, in domain 7. */
  public static final int OTHER_SOURCE = 0x18;

  /** Entries of the invalidation queue. */
  static final int QUEUE_ENTRIES = 256;

  /** Pages that can be mapped: 64 in each of 64 leaf tables. */
  static final int MAX_PAGES = 4096;

  private static final int DOMAIN = 5;
  private static final int OTHER_DOMAIN = 7;
  private static final long STATUS = 0x1000;
  private static final long ROOT = 0x2000;
  private static final long CONTEXT = 0x3000;
  private static final long DIRECTORY = 0x4000;
  private static final long OTHER_DIRECTORY = 0x5000;
  private static final long PASIDS = 0x6000;
  private static final long OTHER_PASIDS = 0x7000;
  private static final long QUEUE = 0x8000; // two pages
  private static final long LEVEL_4 = 0xA000;
  private static final long LEVEL_3 = 0xB000;
  private static final long LEVEL_2 = 0xC000;
  private static final long LEVEL_1 = 0x10_0000;
  private static final long DATA = 0x4000_0000;

  private static final int GCMD = 0x18;
  private static final int RTADDR = 0x20;
  static final int IQH = 0x80;
  private static final int IQT = 0x88;
  private static final int IQA = 0x90;
  private static final long SET_ROOT = 1L << 30;
  private static final long ENABLE_TRANSLATION = 1L << 31;
  private static final long ENABLE_QUEUE = 1L << 26;
  private static final long SCALABLE_ROOT = 1L << 10; // RTADDR.TTM [11:10]
  private static final long WIDE_QUEUE = 1L << 11 | 1; // IQA.DW; QS 1: 256 entries of 32 bytes
  private static final int FOUR_LEVELS = 2;

  private final Mode mode;
  private final Consumer<Operation> sink;

  public Guest(Mode mode, Consumer<Operation> sink) {
    this.mode = mode;
    this.sink = sink;
  }

  /** Sets up both functions, then switches translation and the queue on. */
  public void boot() {
    store(ROOT, CONTEXT | 1);
    if (mode.scalable()) {
      scalable(SOURCE, DIRECTORY, PASIDS, DOMAIN);
      scalable(OTHER_SOURCE, OTHER_DIRECTORY, OTHER_PASIDS, OTHER_DOMAIN);
    } else {
      store(CONTEXT + SOURCE * 16, LEVEL_4 | 1, FOUR_LEVELS | DOMAIN << 8);
      store(CONTEXT + OTHER_SOURCE * 16, LEVEL_4 | 1, FOUR_LEVELS | OTHER_DOMAIN << 8);
    }
    program();
  }

  /** Switches translation and the queue on, whatever memory holds. */
  void program() {
    register(RTADDR, 8, ROOT | (mode.scalable() ? SCALABLE_ROOT : 0));
    register(GCMD, 4, SET_ROOT);
    register(IQT, 8, 0);
    register(IQA, 8, QUEUE | (mode.scalable() ? WIDE_QUEUE : 0));
    register(GCMD, 4, ENABLE_QUEUE);
    register(GCMD, 4, ENABLE_QUEUE | ENABLE_TRANSLATION);
  }

  /** The context entry lets PASIDs in; its directory has 128 entries. */
  private void scalable(int source, long directory, long pasids, int domain) {
    store(CONTEXT + source * 32L, directory | 1 | 1 << 3, 0, 0, 0);
    store(directory, pasids | 1);
    if (mode == Mode.FIRST_STAGE) {
      store(pasids, 1 | FOUR_LEVELS << 2 | 1 << 6, domain, LEVEL_4);
    } else {
      store(pasids, LEVEL_4 | 1 | FOUR_LEVELS << 2 | 2 << 6, domain);
    }
  }

  /** Maps the first {@code pages} pages, readable and writable. */
  public void map(int pages) {
    store(LEVEL_4, LEVEL_3 | rights());
    store(LEVEL_3, LEVEL_2 | rights());
    for (int page = 0; page < pages; page++) {
      long leafTable = LEVEL_1 + (long) (page >> 6 << 12);
      store(LEVEL_2 + (page >> 6) * 8L, leafTable | rights());
      store(leafTable + (page & 63) * 8L, DATA + ((long) page << 12) | rights());
    }
  }

  /** R and W; or P, R/W, U/S, A and D as Linux sets them. */
  private long rights() {
    return mode == Mode.FIRST_STAGE ? 0x67 : 3;
  }

  /** I/O virtual address of the n-th page: 64 pages together, then the next 2 MiB. */
  public static long iova(int page) {
    return (long) (page >> 6) << 21 | (page & 63) << 12;
  }

  /** A device's read of the n-th page, without PASID. */
  public static Operation.Translate read(int source, int page) {
    return new Operation.Translate(
        source, Access.NO_PASID, iova(page), Access.READ, AddressType.UNTRANSLATED);
  }

  /**
   * Fills the queue with pairs: a page-selective invalidation in domain 5, a wait with a status
   * write that differs from the one before.
   */
  public void fillQueue() {
    for (int slot = 0; slot < QUEUE_ENTRIES; slot += 2) {
      long invalidate = mode == Mode.FIRST_STAGE ? 0x36 : 0x32; // type 6 or 2, page-selective
      descriptor(slot, invalidate | DOMAIN << 16, iova(slot));
      descriptor(slot + 1, 0x25 | (long) slot << 32, STATUS);
    }
  }

  private void descriptor(int slot, long low, long high) {
    if (mode.scalable()) {
      store(QUEUE + slot * 32L, low, high, 0, 0);
    } else {
      store(QUEUE + slot * 16L, low, high);
    }
  }

  /** The doorbell write that moves the tail to this slot. */
  public Operation.WriteRegister doorbell(int slot) {
    int bytes = mode.scalable() ? 32 : 16;
    return new Operation.WriteRegister(IQT, 4, (long) (slot % QUEUE_ENTRIES) * bytes);
  }

  /** Reads the status word that the waits write. */
  static Operation.ReadMemory status() {
    return new Operation.ReadMemory(STATUS, 4);
  }

  private void register(int offset, int size, long value) {
    sink.accept(new Operation.WriteRegister(offset, size, value));
  }

  private void store(long address, long... words) {
    var bytes = new byte[words.length * Long.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (words[i >> 3] >>> 8 * (i & 7));
    }
    sink.accept(new Operation.WriteMemory(address, bytes));
  }
}
