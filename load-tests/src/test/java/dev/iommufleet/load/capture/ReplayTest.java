package dev.iommufleet.load.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("captures replayed into the model")
class ReplayTest {
  private static final long MAX_SHIPPED_BYTES = 5_200_000;

  static List<String> shipped() throws IOException {
    return ShippedCaptures.names();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("shipped")
  @DisplayName("every shipped capture matches in everything that is compared")
  void shippedMatches(String name) throws IOException {
    var report = new Report(name, 5);

    try (var file = ShippedCaptures.open(name);
        var target = new InProcessTarget()) {
      Replayer.replay(file, target, report);
    }

    assertNull(report.error());
    assertTrue(report.operations() > 10, "operations: " + report.operations());
    assertEquals("", text(report));
  }

  @Test
  @DisplayName("the shipped captures are those of the index, and small")
  void shippedAreSmall() throws IOException {
    long bytes = 0;
    for (String name : ShippedCaptures.names()) {
      try (var file = ShippedCaptures.open(name)) {
        bytes += file.readAllBytes().length;
      }
    }

    assertTrue(bytes > 1_000_000 && bytes <= MAX_SHIPPED_BYTES, "bytes: " + bytes);
  }

  @Test
  @DisplayName("the whole collection matches, where it is present")
  void collectionMatches() throws IOException, InterruptedException {
    List<Path> files = collection("");
    Assumptions.assumeFalse(files.isEmpty(), "no collection of captures beside the project");
    var run = new ReplayRun(InProcessTarget::new, 2, 3, _ -> {});

    List<Report> reports = run.replay(files);

    var wrong = new StringBuilder();
    long lines = 0;
    for (Report report : reports) {
      lines += report.lines();
      if (report.error() != null || report.mismatches() > 0) {
        wrong.append(text(report));
      }
    }
    assertEquals("", wrong.toString());
    assertTrue(lines > 1_000_000, "lines: " + lines);
  }

  /** The captures beside the checkout whose names begin so. */
  static List<Path> collection(String prefix) throws IOException {
    Path folder = Path.of("..", "..", "shared", "captures");
    List<Path> files = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, prefix + "*.jsonl.gz")) {
        all.forEach(files::add);
      }
    }
    return files;
  }

  private static String text(Report report) {
    var text = new StringBuilder();
    if (report.error() != null || report.mismatches() > 0) {
      text.append(
          "%s: %d mismatches, error %s%n"
              .formatted(report.file(), report.mismatches(), report.error()));
    }
    for (Mismatch mismatch : report.first()) {
      text.append(
          "  seq %d %s, at %s%n    expected %s%n    actual   %s%n"
              .formatted(
                  mismatch.seq(),
                  mismatch.kind().text(),
                  mismatch.operation(),
                  mismatch.expected(),
                  mismatch.actual()));
    }
    return text.toString();
  }
}
