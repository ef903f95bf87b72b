package dev.iommufleet.hardware.vtd.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code -Dfuzz.seconds=N} goes on for longer, {@code -Dfuzz.seed=N} does the same again. */
@DisplayName("Descriptors from whatever words")
class DescriptorFuzzTest {
  private static final long SECONDS = Long.getLong("fuzz.seconds", 1);
  private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());
  private static final long KEPT_TYPES = 0x3FL; // Few random words have a type that exists.

  @Test
  @DisplayName("are rejected by a code, or read, and then written and read again the same")
  void random() {
    System.out.println("Descriptor fuzz: seed " + SEED + ", " + SECONDS + " s");
    var random = new SplittableRandom(SEED);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    long read = 0;
    while (System.nanoTime() < end || read < 1_000) {
      var rules =
          new DescriptorRules(
              random.nextBoolean(),
              random.nextBoolean(),
              random.nextBoolean(),
              random.nextBoolean(),
              18,
              random.nextBoolean());
      long[] words = words(random);
      switch (Descriptor.decode(words[0], words[1], words[2], words[3], rules)) {
        case Decoded.Rejected(int info) -> assertTrue(info >= 3 && info <= 5, "info " + info);
        case Decoded.Ok(var descriptor) -> {
          read++;
          long[] again = descriptor.encode();
          assertEquals(
              new Decoded.Ok(descriptor),
              Descriptor.decode(again[0], again[1], again[2], again[3], rules),
              () -> "seed " + SEED + ": " + descriptor);
        }
      }
    }
    System.out.println("Descriptor fuzz: " + read + " read");
  }

  private static long[] words(SplittableRandom random) {
    long sparse = random.nextLong();
    sparse &= random.nextLong();
    long mask = random.nextBoolean() ? -1 : sparse;
    long type = random.nextInt(12);
    long low = random.nextLong() & mask & ~0xE0FL | type & KEPT_TYPES;
    boolean wide = random.nextInt(4) == 0;
    return new long[] {
      low & (random.nextBoolean() ? -1 : 0x000F_FFFF_FFFF_01FFL),
      random.nextBoolean() ? 0 : random.nextLong() & mask,
      wide ? random.nextLong() & mask : 0,
      wide ? random.nextLong() & mask : 0
    };
  }
}
