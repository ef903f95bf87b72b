package dev.iommufleet.simulation;

import java.util.Arrays;

/**
 * The states that were seen, by their hash, and what follows from each. Millions of them: arrays of
 * numbers, open addressing, at most half full.
 */
final class Graph {
  private static final int FIRST_CAPACITY = 1 << 12;
  private static final int CHUNK_BITS = 16;

  private long[] hashes = new long[FIRST_CAPACITY];

  /** Choices that were not tried there, one bit each. */
  private long[] asleep = new long[FIRST_CAPACITY];

  /** Where the successors stand in {@link #chunks}; FREE: no state is here. */
  private int[] successors = new int[FIRST_CAPACITY];

  private static final int FREE = 0;
  private static final int NONE = 1;

  private int count;

  /** Successors: their number, then their hashes. */
  private long[][] chunks = new long[1][1 << CHUNK_BITS];

  private int end = NONE + 1;

  long states() {
    return count;
  }

  boolean known(long hash) {
    return successors[slot(hash)] != FREE;
  }

  /** {@code sleeping}: choices that were not tried there. */
  void add(long hash, long sleeping) {
    if (2 * count >= hashes.length) {
      grow();
    }
    int slot = slot(hash);
    if (successors[slot] == FREE) {
      count++;
      hashes[slot] = hash;
      successors[slot] = NONE;
    }
    asleep[slot] = sleeping;
  }

  long asleep(long hash) {
    return asleep[slot(hash)];
  }

  /** {@code next}: the first {@code n} are meant. */
  void successors(long hash, long[] next, int n) {
    if (n > 0) {
      successors[slot(hash)] = end;
      put(n);
      for (int i = 0; i < n; i++) {
        put(next[i]);
      }
    }
  }

  private void put(long value) {
    int chunk = end >>> CHUNK_BITS;
    if (chunk == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * chunk);
    }
    if (chunks[chunk] == null) {
      chunks[chunk] = new long[1 << CHUNK_BITS];
    }
    chunks[chunk][end++ & (1 << CHUNK_BITS) - 1] = value;
  }

  private long at(int position) {
    return chunks[position >>> CHUNK_BITS][position & (1 << CHUNK_BITS) - 1];
  }

  /** Where the state is, or would be. */
  private int slot(long hash) {
    int mask = hashes.length - 1;
    int slot = (int) (hash ^ hash >>> 32) & mask;
    while (successors[slot] != FREE && hashes[slot] != hash) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldHashes = hashes;
    long[] oldAsleep = asleep;
    int[] oldSuccessors = successors;
    hashes = new long[2 * oldHashes.length];
    asleep = new long[hashes.length];
    successors = new int[hashes.length];
    for (int i = 0; i < oldHashes.length; i++) {
      if (oldSuccessors[i] != FREE) {
        int slot = slot(oldHashes[i]);
        hashes[slot] = oldHashes[i];
        asleep[slot] = oldAsleep[i];
        successors[slot] = oldSuccessors[i];
      }
    }
  }

  /** Number of paths to states without successors; 2^63 - 1 stands for more. */
  long paths(long from) {
    long[] counts = new long[hashes.length]; // 0: not counted yet
    int[] stack = new int[FIRST_CAPACITY];
    int depth = 0;
    stack[depth++] = slot(from);
    while (depth > 0) {
      int slot = stack[depth - 1];
      int first = successors[slot];
      int n = first <= NONE ? 0 : (int) at(first);
      if (depth + n > stack.length) {
        stack = Arrays.copyOf(stack, 2 * stack.length + n);
      }
      long sum = n == 0 ? 1 : 0;
      int before = depth;
      for (int i = 1; i <= n; i++) {
        int next = slot(at(first + i));
        if (counts[next] == 0) {
          stack[depth++] = next;
        }
        sum += counts[next];
        sum = sum < 0 ? Long.MAX_VALUE : sum;
      }
      if (depth == before) {
        counts[slot] = sum;
        depth--;
      }
    }
    return counts[slot(from)];
  }
}
