package dev.iommufleet.load.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** {@code -Dfuzz.rounds=N} damages more files; the seed of a failure is in its message. */
@DisplayName("damaged captures")
class CaptureFuzzTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 40);
  private static final String[] FILES = {
    "directed-pri.jsonl.gz",
    "directed-eime.jsonl.gz",
    "directed-reasons-scalable-fs.jsonl.gz",
    "fuzz-legacy-caching-map-1.jsonl.gz",
    "qtest-iommu-testdev_intel_scalable-flt.jsonl.gz",
    "host-directed-hotplug.jsonl.gz",
    "host-directed-fail-attach.jsonl.gz",
    "host-directed-refusals.jsonl.gz",
    "host-directed-system-reset.jsonl.gz"
  };
  private static final String[] NUMBERS = {
    "0",
    "1",
    "-1",
    "7",
    "255",
    "65535",
    "65536",
    "2147483647",
    "-2147483648",
    "999999999999999999",
    "null",
    "true",
    "\"0x0\"",
    "\"0xffffffffffffffff\"",
    "\"\"",
    "[]",
    "{}"
  };

  @RepeatedTest(3)
  @DisplayName("end in a report: an error with a line, or mismatches, never an exception")
  void damaged(RepetitionInfo repetition) throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      long seed = repetition.getCurrentRepetition() * 1_000_003L + round;
      var random = new SplittableRandom(seed);
      byte[] bytes = damaged(FILES[random.nextInt(FILES.length)], random);
      var report = new Report("seed " + seed, 1);

      try (var target = new InProcessTarget()) {
        Replayer.replay(new ByteArrayInputStream(bytes), target, report);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }

      boolean named = report.error() == null || report.error().matches("(?s)line [0-9]+: .+");
      assertTrue(named, "seed " + seed + ": " + report.error());
      boolean ours = report.error() != null && report.error().contains("the target failed");
      assertTrue(!ours, "seed " + seed + ": " + report.error());
    }
  }

  @Test
  @DisplayName("an operation that never ends is refused before it fills memory")
  void endlessOperation() throws IOException {
    var lines = new ArrayList<>(head());
    int seq = lines.size();
    lines.add(
        "{\"seq\":%d,\"op\":\"mmio_write\",\"addr\":\"0x88\",\"size\":8,\"val\":\"0x0\"}"
            .formatted(seq++));
    for (int i = 0; i <= Step.MAX_EVENTS; i++) {
      lines.add("{\"seq\":" + seq++ + ",\"op\":\"cc_reset\"}");
    }
    var report = new Report("endless", 0);

    try (var target = new InProcessTarget()) {
      var file = new ByteArrayInputStream(CaptureReaderTest.gzip(lines));
      Replayer.replay(file, target, report);
    }

    assertEquals(
        "line 262151: the operation opened in line 6 has more than 1000000 lines, 262144 answers or"
            + " 134217728 bytes",
        report.error());
  }

  @Test
  @DisplayName("a capture that touches too much memory is refused")
  void tooMuchMemory() throws IOException {
    var lines = new ArrayList<>(head());
    int seq = lines.size();
    lines.add(
        "{\"seq\":%d,\"op\":\"mmio_write\",\"addr\":\"0x88\",\"size\":8,\"val\":\"0x0\"}"
            .formatted(seq++));
    for (long i = 0; i <= ConfigLine.MEMORY_PAGES; i++) {
      lines.add(
          "{\"seq\":%d,\"op\":\"mem_read\",\"kind\":\"root\",\"addr\":\"0x%x\",\"len\":8,"
                  .formatted(seq++, i << 12)
              + "\"data\":\"0100000000000000\"}");
    }
    var report = new Report("memory", 0);

    try (var target = new InProcessTarget()) {
      var file = new ByteArrayInputStream(CaptureReaderTest.gzip(lines));
      Replayer.replay(file, target, report);
    }

    assertNotNull(report.error());
    assertTrue(
        report.error().endsWith("the capture touches more than 16384 pages of memory"),
        report.error());
  }

  /** Header, power-on and configuration. */
  private static List<String> head() throws IOException {
    return lines("directed-fault-log.jsonl.gz").subList(0, 5);
  }

  private static List<String> lines(String name) throws IOException {
    try (var file = new GZIPInputStream(ShippedCaptures.open(name))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static byte[] damaged(String name, SplittableRandom random) throws IOException {
    List<String> lines = new ArrayList<>(lines(name));
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      damage(lines, random);
    }
    if (random.nextInt(4) > 0) {
      for (int seq = 0; seq < lines.size(); seq++) {
        lines.set(seq, lines.get(seq).replaceFirst("\"seq\":-?[0-9]+", "\"seq\":" + seq));
      }
    }
    byte[] bytes = CaptureReaderTest.gzip(lines);
    if (random.nextInt(8) == 0) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private static void damage(List<String> lines, SplittableRandom random) {
    int at = random.nextInt(lines.size());
    String line = lines.get(at);
    switch (random.nextInt(6)) {
      case 0 -> lines.remove(at);
      case 1 -> lines.add(at, line);
      case 2 -> lines.set(at, lines.set(random.nextInt(lines.size()), line));
      case 3 -> {
        var text = new StringBuilder(line);
        text.setCharAt(random.nextInt(line.length()), (char) (32 + random.nextInt(95)));
        lines.set(at, text.toString());
      }
      case 4 -> {
        String number = NUMBERS[random.nextInt(NUMBERS.length)];
        String[] fields = line.split(",");
        int field = random.nextInt(fields.length);
        fields[field] = fields[field].replaceFirst(":[^}]*", ":" + number);
        lines.set(at, String.join(",", fields));
      }
      default -> {
        int other = random.nextInt(lines.size());
        lines.set(at, lines.get(other));
      }
    }
  }
}
