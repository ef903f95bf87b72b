package dev.iommufleet.hardware;

/**
 * The terms that state hashes are sums of.
 *
 * <p>A hash of a set of facts is the sum, modulo 2^64, of one term for each fact. Sums do not
 * depend on order and change in O(1) when a fact comes or goes. They guard against divergence, not
 * against somebody who looks for collisions.
 */
public final class StateHash {
  private static final long TAG_STEP = 0x9E37_79B9_7F4A_7C15L; // odd, 2^64 / golden ratio
  private static final long START = 0x2545_F491_4F6C_DD1DL; // so that no all-zero fact weighs 0

  private StateHash() {}

  /**
   * The term of one fact; all three arguments count with all their 64 bits.
   *
   * @param tag what kind of fact, a constant of its owner
   * @param key where: an address, an offset, a packed key
   * @param value what is there; for a fixed tag and key two values never give the same term
   */
  public static long mix(long tag, long key, long value) {
    return scramble(scramble(key + tag * TAG_STEP + START) ^ value);
  }

  /** A bijection of 64 bits in which each bit of the input moves half of the output. */
  private static long scramble(long bits) {
    bits = (bits ^ bits >>> 30) * 0xBF58_476D_1CE4_E5B9L;
    bits = (bits ^ bits >>> 27) * 0x94D0_49BB_1331_11EBL;
    return bits ^ bits >>> 31;
  }
}
