package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.memory.MemoryKind;
import dev.iommufleet.hardware.vtd.Operation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the target's guest memory holds, so that only what differs is written there.
 *
 * <p>Most captures do not hold the processor's stores: what an operation reads is put into memory
 * before it runs, the first read of an address winning. Others hold the whole memory as {@code
 * guest_write}: from the first of these on the target reads its own memory, laid out like the
 * recorded machine's.
 */
final class MemoryImage {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int PAGE_BYTES = 4096;
  private static final int UNIT_BYTES = 4;
  private static final int CACHED = 64;
  private static final int CHUNK_BYTES = 1 << 15;

  /** Stamp of a unit of which nobody knows what the target holds. */
  private static final int UNKNOWN = -1;

  private static final long ROM = 0xA_0000;
  private static final long ROM_END = 0x10_0000;
  private static final long RAM_END = 0x2000_0000;
  private static final long MESSAGES = 0xFEE0_0000L;
  private static final long MESSAGES_LENGTH = 0x10_0000;

  private final Map<Long, Page> pages = new HashMap<>();
  private final Page[] cache = new Page[CACHED];
  private int stamp;
  private boolean whole;

  private static final class Page {
    final long number;
    final byte[] bytes = new byte[PAGE_BYTES];

    /** The operation that read or wrote the unit last. */
    final int[] stamps = new int[PAGE_BYTES / UNIT_BYTES];

    Page(long number) {
      this.number = number;
    }
  }

  /** Reads from here on belong to another operation. */
  void nextOperation() {
    stamp++;
  }

  /** The IOMMU read this; adds to {@code step} what the target's memory lacks. */
  void read(Step step, LineParser line) throws LineException {
    if (whole) {
      return;
    }
    long address = line.get(Field.ADDR);
    int length = length(line);
    if (line.has(Field.MEMTX) && line.get(Field.MEMTX) != 0) {
      step.unreadable(address, length);
      return;
    }
    byte[] data = line.data();
    for (int at = 0; at < length; ) {
      int part = Math.min(length - at, PAGE_BYTES - (int) (address + at & PAGE_BYTES - 1));
      install(step.before, address + at, data, new Span(at, at + part));
      at += part;
    }
  }

  /** The half-open range of an array. */
  private record Span(int from, int to) {}

  private void install(List<Operation> out, long address, byte[] data, Span span)
      throws LineException {
    Page page = page(address);
    int offset = (int) address & PAGE_BYTES - 1;
    int missing = -1;
    for (int at = span.from; at < span.to; at += UNIT_BYTES, offset += UNIT_BYTES) {
      int unit = offset / UNIT_BYTES;
      boolean differs = false;
      if (page.stamps[unit] != stamp) {
        int value = (int) INT.get(data, at);
        differs = (int) INT.get(page.bytes, offset) != value || page.stamps[unit] == UNKNOWN;
        INT.set(page.bytes, offset, value);
        page.stamps[unit] = stamp;
      }
      if (differs && missing < 0) {
        missing = at;
      } else if (!differs && missing >= 0) {
        out.add(write(address + missing - span.from, data, new Span(missing, at)));
        missing = -1;
      }
    }
    if (missing >= 0) {
      out.add(write(address + missing - span.from, data, new Span(missing, span.to)));
    }
  }

  private static Operation write(long address, byte[] data, Span span) {
    return new Operation.WriteMemory(address, Arrays.copyOfRange(data, span.from, span.to));
  }

  /** The IOMMU wrote this; later reads of the operation show it. */
  void written(LineParser line) throws LineException {
    int length = length(line);
    if (whole || line.has(Field.MEMTX) && line.get(Field.MEMTX) != 0) {
      return;
    }
    long address = line.get(Field.ADDR);
    for (int at = 0; at < length; at += UNIT_BYTES) {
      Page page = page(address + at);
      int offset = (int) (address + at) & PAGE_BYTES - 1;
      INT.set(page.bytes, offset, (int) INT.get(line.data(), at));
      page.stamps[offset / UNIT_BYTES] = stamp;
    }
  }

  /** The target did not write what the capture says: what it holds there is not known. */
  void forget(long address, int length) {
    for (int at = 0; at < length && !whole; at += UNIT_BYTES) {
      Page page = pages.get(address + at >>> 12);
      if (page != null) {
        page.stamps[((int) (address + at) & PAGE_BYTES - 1) / UNIT_BYTES] = UNKNOWN;
      }
    }
  }

  /** The driving program wrote this. */
  void guestWrite(Step step, LineParser line) throws LineException {
    long address = line.get(Field.ADDR);
    int length = length(line);
    if (!whole) {
      whole = true;
      pages.clear();
      layOut(step.before);
    }
    boolean rom = address < ROM_END && address + length > ROM;
    if (rom) {
      step.before.add(range(ROM, ROM_END - ROM, MemoryKind.RAM));
    }
    for (int at = 0; at < length; at += CHUNK_BYTES) {
      var span = new Span(at, Math.min(length, at + CHUNK_BYTES));
      step.before.add(write(address + at, line.data(), span));
    }
    if (rom) {
      step.before.add(range(ROM, ROM_END - ROM, MemoryKind.READ_ONLY));
    }
  }

  /** 512 MiB of RAM with firmware below 1 MiB; a message written to the processors succeeds. */
  private static void layOut(List<Operation> out) {
    out.add(range(RAM_END, -RAM_END, MemoryKind.UNREADABLE));
    out.add(range(ROM, ROM_END - ROM, MemoryKind.READ_ONLY));
    out.add(range(MESSAGES, MESSAGES_LENGTH, MemoryKind.RAM));
  }

  private static Operation range(long address, long length, MemoryKind kind) {
    return new Operation.SetMemoryRange(address, length, kind);
  }

  private static int length(LineParser line) throws LineException {
    long length = line.get(Field.LEN);
    if (length != line.dataLength()) {
      throw new LineException("len is " + length + ", data has " + line.dataLength() + " bytes");
    }
    long address = line.get(Field.ADDR);
    if (((length | address) & UNIT_BYTES - 1) != 0) {
      throw new LineException("address and len of a memory access are multiples of 4");
    }
    if (Long.compareUnsigned(address + length - 1, address) < 0 && length > 0) {
      throw new LineException("a memory access passes 2^64");
    }
    return (int) length;
  }

  private Page page(long address) throws LineException {
    long number = address >>> 12;
    int slot = (int) number & CACHED - 1;
    Page page = cache[slot];
    if (page != null && page.number == number) {
      return page;
    }
    page = pages.get(number);
    if (page == null) {
      if (pages.size() == ConfigLine.MEMORY_PAGES) {
        throw new LineException(
            "the capture touches more than " + ConfigLine.MEMORY_PAGES + " pages of memory");
      }
      page = new Page(number);
      pages.put(number, page);
    }
    cache[slot] = page;
    return page;
  }
}
