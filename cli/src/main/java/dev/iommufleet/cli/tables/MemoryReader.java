package dev.iommufleet.cli.tables;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Where bytes of guest memory come from: a node, a journal, a test. */
@FunctionalInterface
public interface MemoryReader {
  int PAGE_BYTES = 4096;

  /** {@code length} bytes from {@code address} on, or empty where the memory does not answer. */
  Optional<byte[]> read(long address, int length);

  /** The same bytes as little-endian words of 64 bits. */
  default Optional<long[]> words(long address, int count) {
    return read(address, count * Long.BYTES)
        .map(
            bytes -> {
              var words = new long[count];
              ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(words);
              return words;
            });
  }

  /** Reads whole pages from this one, each once. For accesses that stay within a page. */
  default MemoryReader cached() {
    Map<Long, Optional<byte[]>> pages = new HashMap<>();
    return (address, length) -> {
      long page = address & -PAGE_BYTES;
      int offset = (int) (address - page);
      if (offset + length > PAGE_BYTES) {
        return read(address, length);
      }
      return pages
          .computeIfAbsent(page, it -> read(it, PAGE_BYTES))
          .map(bytes -> Arrays.copyOfRange(bytes, offset, offset + length));
    };
  }
}
