package dev.iommufleet.load.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A capture whose answers were changed must not match: each kind, each way to be wrong. */
@DisplayName("a planted difference is found")
class ComparerTest {
  private static final String LEGACY = "directed-fault-log.jsonl.gz";
  private static final String TRANSLATED = "directed-ats-dte-ignored.jsonl.gz";
  private static final String PAGE_REQUESTS = "directed-pri.jsonl.gz";
  private static final String MAPPED = "fuzz-legacy-caching-map-1.jsonl.gz";
  private static final String REMAPPED = "directed-eime.jsonl.gz";

  /** The first line with this text gets {@code to} in place of {@code from}. */
  record Planted(Kind kind, String file, String line, String from, String to) {
    @Override
    public String toString() {
      return kind.text() + ": " + line + " " + from + " becomes " + to;
    }
  }

  static Stream<Planted> planted() {
    String word = "\"0x[0-9a-f]+\"";
    return Stream.of(
        new Planted(Kind.REGISTER_READ, LEGACY, "mmio_read", "val\":" + word, "val\":\"0x77\""),
        new Planted(Kind.REGISTER_FILE, LEGACY, "regs", ":" + word + "}}", ":\"0x77\"}}"),
        new Planted(Kind.REGISTER_FILE, LEGACY, "config", "\"val\":\"0x10\"", "\"val\":\"0x11\""),
        new Planted(Kind.REGISTER_FILE, LEGACY, "config", "mask\":\"0x0\"", "mask\":\"0x1\""),
        new Planted(Kind.REGISTER_FILE, LEGACY, "config", "\"cap\":\"0x8", "\"cap\":\"0x9"),
        new Planted(
            Kind.TRANSLATION, TRANSLATED, "translate_end", "_addr\":" + word, "_addr\":\"0x1\""),
        new Planted(
            Kind.TRANSLATION, TRANSLATED, "translate_end", "mask\":\"0xfff\"", "mask\":\"0x1\""),
        new Planted(Kind.TRANSLATION, TRANSLATED, "translate_end", "perm\":3", "perm\":1"),
        new Planted(Kind.TRANSLATION, TRANSLATED, "translate_end", "ok\":true", "ok\":false"),
        new Planted(Kind.TRANSLATION, TRANSLATED, "translate_begin", "ats\"", "untranslated\""),
        new Planted(Kind.TRANSLATION, TRANSLATED, "dma_end", "memtx\":0", "memtx\":2"),
        new Planted(Kind.IOTLB, TRANSLATED, "iotlb_insert", "did\":5", "did\":6"),
        new Planted(Kind.IOTLB, TRANSLATED, "iotlb_remove", "removed\":0", "removed\":1"),
        new Planted(Kind.FAULT, LEGACY, "fault", "reason\":[0-9]+", "reason\":99"),
        new Planted(Kind.FAULT, LEGACY, "fault_record", "lo\":" + word, "lo\":\"0x1\""),
        new Planted(Kind.INTERRUPT, LEGACY, "msi", "data\":" + word, "data\":\"0x1\""),
        new Planted(Kind.MEMORY_WRITE, REMAPPED, "mem_write", "data\":\"..", "data\":\"00"),
        new Planted(Kind.MEMORY_WRITE, REMAPPED, "mem_write", "\"}", "\",\"memtx\":2}"),
        new Planted(
            Kind.REMAP, REMAPPED, "ir_end\",\"ok\":true", "addr\":" + word, "addr\":\"0x1\""),
        new Planted(Kind.REMAP, REMAPPED, "iec_notify", "global\":true", "global\":false"),
        new Planted(Kind.ATS, TRANSLATED, "ats_end", "perm\":3", "perm\":1"),
        new Planted(Kind.ATS, TRANSLATED, "ats_end", "err_count\":0", "err_count\":1"),
        new Planted(Kind.PAGE_REQUEST, PAGE_REQUESTS, "pri_end", "ret\":0", "ret\":-28"),
        new Planted(
            Kind.PAGE_REQUEST, PAGE_REQUESTS, "page_group_response", "prgi\":3", "prgi\":4"),
        new Planted(Kind.PAGE_REQUEST, PAGE_REQUESTS, "pri_response_delivered", "e\":0", "e\":1"),
        new Planted(Kind.NOTIFICATION, MAPPED, "notify", "iova\":" + word, "iova\":\"0x1\""),
        new Planted(Kind.NOTIFICATION, MAPPED, "notify_delivered", "perm\":[0-9]", "perm\":9"),
        new Planted(Kind.NOTIFICATION, MAPPED, "notifier_registered", "ret\":0", "ret\":-95"),
        new Planted(Kind.ADDRESS_SPACE, LEGACY, "\"use_iommu\":true", "true", "false"),
        new Planted(
            Kind.PASID_CACHE, TRANSLATED, "pasid_cache_entry", "\"absent\"", "\"unchanged\""),
        new Planted(Kind.PASID_CACHE, TRANSLATED, "pasid_cache_sync", "\"global\"", "\"domain\""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("planted")
  @DisplayName("a changed answer")
  void changed(Planted planted) throws IOException {
    Report report =
        edited(
            planted.file,
            lines -> {
              int at = find(lines, planted.line);
              String line = lines.get(at);
              String changed = Pattern.compile(planted.from).matcher(line).replaceFirst(planted.to);
              assertTrue(!changed.equals(line), "nothing to change in " + line);
              lines.set(at, changed);
            });

    assertEquals(planted.kind, report.first().getFirst().kind(), report.first().toString());
  }

  /** A line that can be left out or doubled without changing what is asked. */
  record Answer(Kind kind, String file, String line) {
    @Override
    public String toString() {
      return kind.text() + ": " + line;
    }
  }

  static Stream<Answer> answers() {
    return Stream.of(
        new Answer(Kind.REGISTER_FILE, LEGACY, "regs"),
        new Answer(Kind.IOTLB, TRANSLATED, "iotlb_insert"),
        new Answer(Kind.IOTLB, LEGACY, "cc_reset"),
        new Answer(Kind.FAULT, LEGACY, "fault"),
        new Answer(Kind.FAULT, LEGACY, "fault_record"),
        new Answer(Kind.INTERRUPT, LEGACY, "msi"),
        new Answer(Kind.MEMORY_WRITE, REMAPPED, "mem_write"),
        new Answer(Kind.REMAP, REMAPPED, "iec_notify"),
        new Answer(Kind.PAGE_REQUEST, PAGE_REQUESTS, "page_group_response"),
        new Answer(Kind.NOTIFICATION, MAPPED, "notify"),
        new Answer(Kind.ADDRESS_SPACE, LEGACY, "\"use_iommu\":true"),
        new Answer(Kind.PASID_CACHE, TRANSLATED, "pasid_cache_sync"),
        new Answer(Kind.PASID_CACHE, TRANSLATED, "pasid_cache_entry"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  @DisplayName("an answer that the capture does not have is surplus")
  void surplus(Answer answer) throws IOException {
    Report report = edited(answer.file, lines -> lines.remove(find(lines, answer.line)));

    assertTrue(
        report.first().stream()
            .anyMatch(m -> m.kind() == answer.kind && m.expected().equals("nothing")),
        report.first().toString());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  @DisplayName("an answer that only the capture has is missing")
  void missing(Answer answer) throws IOException {
    if (answer.line.equals("regs")) {
      return; // Two register lines do not follow one operation.
    }
    Report report =
        edited(
            answer.file,
            lines -> {
              int at = find(lines, answer.line);
              lines.add(at, lines.get(at));
            });

    assertTrue(
        report.first().stream()
            .anyMatch(m -> m.kind() == answer.kind && m.actual().equals("nothing")),
        report.first().toString());
  }

  @Test
  @DisplayName("a mismatch names line and operation, and the replay goes on to the end")
  void goesOn() throws IOException {
    Report whole = edited(LEGACY, _ -> {});
    Report report =
        edited(
            LEGACY,
            lines -> {
              int at = find(lines, "translate_end");
              lines.set(at, lines.get(at).replace("perm\":", "perm\":4"));
            });

    Mismatch first = report.first().getFirst();
    assertEquals(1, report.mismatches());
    assertEquals(whole.operations(), report.operations());
    assertTrue(first.operation().startsWith("translate_begin sid="), first.operation());
    assertTrue(first.expected().startsWith("translate_end ok="), first.expected());
    assertTrue(first.seq() > 0);
  }

  @Test
  @DisplayName("spaces of different functions have no order among each other, one's events have")
  void orderOfSpaces() throws IOException {
    Report swapped =
        edited(
            LEGACY,
            lines -> {
              int at = find(lines, "\"use_iommu\":true");
              int next = find(lines.subList(at + 1, lines.size()), "\"use_iommu\":true") + at + 1;
              String line = lines.get(at);
              lines.set(at, lines.get(next));
              lines.set(next, line);
            });
    Report reordered =
        edited(
            LEGACY,
            lines -> {
              int at = find(lines, "\"op\":\"fault");
              String line = lines.get(at);
              lines.set(at, lines.get(at + 1));
              lines.set(at + 1, line);
            });

    assertEquals(List.of(), swapped.first());
    assertTrue(reordered.mismatches() > 0);
  }

  /** The first line of an operation, or with a text, behind the power-on lines. */
  static int find(List<String> lines, String what) {
    String text = what.contains("\"") ? what : "\"op\":\"" + what + "\"";
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(text)) {
        return i;
      }
    }
    throw new IllegalStateException("no line with " + what);
  }

  /** Replays a shipped capture after an edit; lines are numbered anew. */
  static Report edited(String name, Consumer<List<String>> edit) throws IOException {
    List<String> lines;
    try (var file = new GZIPInputStream(ShippedCaptures.open(name))) {
      lines =
          new ArrayList<>(new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    }
    edit.accept(lines);
    for (int seq = 0; seq < lines.size(); seq++) {
      lines.set(seq, lines.get(seq).replaceFirst("\"seq\":[0-9]+", "\"seq\":" + seq));
    }
    var report = new Report(name, 20);
    try (var target = new InProcessTarget()) {
      var file = new ByteArrayInputStream(CaptureReaderTest.gzip(lines));
      Replayer.replay(file, target, report);
    }
    assertNull(report.error());
    return report;
  }
}
