package dev.iommufleet.load.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("a planted difference between device and host is found")
class HostComparerTest {
  private static final String HOTPLUG = "host-directed-hotplug.jsonl.gz";
  private static final String UNBIND = "host-directed-unbind.jsonl.gz";
  private static final String FLUSH = "host-directed-piotlb.jsonl.gz";
  private static final String FAILURES = "host-directed-fail-alloc.jsonl.gz";
  private static final String REFUSALS = "host-directed-refusals.jsonl.gz";

  /** The first line with this text gets {@code to} in place of {@code from}. */
  record Planted(Kind kind, String file, String line, String from, String to) {
    @Override
    public String toString() {
      return kind.text() + ": " + line + " " + from + " becomes " + to;
    }
  }

  static Stream<Planted> planted() {
    String nothingLeft = "\"nested_left\":[1000,1001]";
    return Stream.of(
        new Planted(Kind.HOST_CALL, HOTPLUG, "host_hwpt_alloc", "\"0x10100000\"", "\"0x10200000\""),
        new Planted(Kind.HOST_CALL, HOTPLUG, "host_hwpt_alloc", "parent\":10", "parent\":11"),
        new Planted(Kind.HOST_CALL, HOTPLUG, "host_hwpt_alloc", "\"flags\":8", "\"flags\":0"),
        new Planted(Kind.HOST_CALL, HOTPLUG, "host_hwpt_alloc", "width\":48", "width\":57"),
        new Planted(Kind.HOST_CALL, HOTPLUG, "host_hwpt_alloc", "s1_flags\":0", "s1_flags\":1"),
        new Planted(Kind.HOST_CALL, HOTPLUG, "host_attach", "\"replace\"", "\"attach\""),
        new Planted(Kind.HOST_CALL, HOTPLUG, "host_attach", "old_hwpt\":10", "old_hwpt\":0"),
        new Planted(Kind.HOST_CALL, HOTPLUG, "host_attach", "\"sid\":24", "\"sid\":32"),
        new Planted(Kind.HOST_CALL, HOTPLUG, "host_attach", "pasid\":null", "pasid\":1"),
        new Planted(Kind.HOST_CALL, HOTPLUG, "host_detach", "pasid\":1", "pasid\":2"),
        new Planted(Kind.HOST_CALL, HOTPLUG, "host_detach", "old_hwpt\":1003", "old_hwpt\":1002"),
        new Planted(Kind.HOST_CALL, HOTPLUG, "host_hwpt_free", "id\":1003", "id\":1001"),
        new Planted(Kind.HOST_CALL, FLUSH, "host_invalidate", "flags\":0", "flags\":1"),
        new Planted(Kind.HOST_CALL, FLUSH, "host_invalidate", "\"0xffffffffffffffff\"", "\"0x1\""),
        new Planted(Kind.HOST_CALL, FAILURES, "host_message", "Attaching", "Replacing"),
        new Planted(Kind.HOST_CALL, FAILURES, "host_message", "Cannot allocate memory", "Gone"),
        new Planted(
            Kind.HOST_CALL,
            FAILURES,
            "host_hwpt_alloc",
            "ret\":0,\"id\":1000",
            "ret\":-5,\"id\":0"),
        new Planted(Kind.HOST_STATE, REFUSALS, "hiod_set", "ok\":false", "ok\":true"),
        new Planted(Kind.HOST_STATE, REFUSALS, "hiod_set", "already exist", "is there"),
        new Planted(Kind.HOST_STATE, HOTPLUG, "hiod_set", "error\":null", "error\":\"no\""),
        new Planted(Kind.HOST_STATE, HOTPLUG, "hiod_unset", "was_set\":true", "was_set\":false"),
        new Planted(Kind.HOST_STATE, HOTPLUG, "hiod_unset", "dropped\":2", "dropped\":0"),
        new Planted(Kind.HOST_STATE, HOTPLUG, "host_open", "created\":true", "created\":false"),
        new Planted(Kind.HOST_STATE, HOTPLUG, "host_close", nothingLeft, "\"nested_left\":[]"),
        new Planted(Kind.HOST_STATE, HOTPLUG, "host_close", "ret\":-16", "ret\":null"),
        new Planted(Kind.HOST_STATE, HOTPLUG, "host_close", "\"hwpt\":1001}", "\"hwpt\":1000}"),
        new Planted(Kind.HOST_STATE, HOTPLUG, "\"fs_hwpt\":1000", "entry\":\"49", "entry\":\"09"),
        new Planted(Kind.HOST_STATE, HOTPLUG, "\"fs_hwpt\":1000", "fs_hwpt\":1000", "fs_hwpt\":0"),
        new Planted(Kind.HOST_STATE, HOTPLUG, "\"fs_hwpt\":1000", "sid\":24", "sid\":25"),
        new Planted(Kind.HOST_STATE, HOTPLUG, "\"fs_hwpt\":1000", "devid\":1", "devid\":2"),
        new Planted(Kind.HOST_STATE, HOTPLUG, "\"fs_hwpt\":1000", "users\":1", "users\":2"),
        new Planted(Kind.HOST_STATE, HOTPLUG, "\"fs_hwpt\":1000", "pgtbl\":\"0x1", "pgtbl\":\"0x2"),
        new Planted(
            Kind.HOST_STATE, HOTPLUG, "\"fs_hwpt\":1000", "null,\"hwpt\":1000", "null,\"hwpt\":9"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("planted")
  @DisplayName("a changed answer")
  void changed(Planted planted) throws IOException {
    Report report =
        ComparerTest.edited(
            planted.file,
            lines -> {
              int at = with(lines, planted.line, planted.from);
              lines.set(at, lines.get(at).replace(planted.from, planted.to));
            });

    assertNotEquals(List.of(), report.first(), "no mismatch");
    assertEquals(planted.kind, report.first().getFirst().kind(), report.first().toString());
  }

  /** A line that can be left out or doubled without changing what is asked. */
  record Answer(String file, String line) {}

  static Stream<Answer> answers() {
    return Stream.of(
        new Answer(HOTPLUG, "host_hwpt_alloc"),
        new Answer(HOTPLUG, "host_attach"),
        new Answer(HOTPLUG, "host_detach"),
        new Answer(HOTPLUG, "host_hwpt_free"),
        new Answer(FLUSH, "host_invalidate"),
        new Answer(FAILURES, "host_message"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  @DisplayName("a call that the capture does not have is surplus")
  void surplus(Answer answer) throws IOException {
    Report report =
        ComparerTest.edited(
            answer.file, lines -> lines.remove(ComparerTest.find(lines, answer.line)));

    assertTrue(
        report.first().stream()
            .anyMatch(m -> m.kind() == Kind.HOST_CALL && m.expected().equals("nothing")),
        report.first().toString());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  @DisplayName("a call that only the capture has is missing")
  void missing(Answer answer) throws IOException {
    Report report =
        ComparerTest.edited(
            answer.file,
            lines -> {
              int at = ComparerTest.find(lines, answer.line);
              lines.add(at, lines.get(at));
            });

    assertTrue(
        report.first().stream()
            .anyMatch(m -> m.kind() == Kind.HOST_CALL && m.actual().equals("nothing")),
        report.first().toString());
  }

  @Test
  @DisplayName("calls of one device have an order, those of two have none")
  void orderOfCalls() throws IOException {
    Report ofOne = ComparerTest.edited(UNBIND, lines -> swap(lines, "host_hwpt_alloc", false));
    Report ofTwo = ComparerTest.edited(FLUSH, lines -> swap(lines, "host_invalidate", true));

    assertEquals(Kind.HOST_CALL, ofOne.first().getFirst().kind());
    assertEquals(List.of(), ofTwo.first());
  }

  @Test
  @DisplayName("a call and the wait behind it have an order")
  void orderOfWaits() throws IOException {
    Report report =
        ComparerTest.edited(
            FLUSH,
            lines -> {
              int call = ComparerTest.find(lines, "host_invalidate");
              int wait = call + ComparerTest.find(lines.subList(call, lines.size()), "mem_write");
              lines.add(wait, lines.remove(call));
            });

    assertTrue(report.mismatches() > 0);
  }

  /** Swaps the first line of this operation that directly follows a fitting one, with that. */
  private static void swap(List<String> lines, String operation, boolean same) {
    String op = "\"op\":\"" + operation + "\"";
    for (int at = 0; at + 1 < lines.size(); at++) {
      String next = lines.get(at + 1);
      boolean fits = same ? next.contains(op) : next.contains("\"op\":\"host_attach\"");
      if (lines.get(at).contains(op) && fits) {
        lines.set(at + 1, lines.set(at, next));
        return;
      }
    }
    throw new IllegalStateException("no such lines");
  }

  private static int with(List<String> lines, String what, String text) {
    String line = what.contains("\"") ? what : "\"op\":\"" + what + "\"";
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(line) && lines.get(i).contains(text)) {
        return i;
      }
    }
    throw new IllegalStateException("no line with " + what + " and " + text);
  }
}
