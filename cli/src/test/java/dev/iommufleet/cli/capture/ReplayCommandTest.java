package dev.iommufleet.cli.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import dev.iommufleet.load.capture.ShippedCaptures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisplayName("iommu-fleet capture replay")
class ReplayCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  @DisplayName("equal answers end with exit code 0 and a table")
  void equal() throws IOException {
    Path capture = capture("equal.jsonl", "");

    int code = run(capture.toString());

    assertEquals(0, code, err.toString());
    assertTrue(out.toString().contains("equal.jsonl"), out.toString());
    assertTrue(out.toString().contains(" 0 mismatches"), out.toString());
  }

  @Test
  @DisplayName("a mismatch ends with exit code 1 and is shown with both answers")
  void mismatch() throws IOException {
    Path capture = capture("wrong.jsonl", "\"cap\":\"0x80d2008c222f0606\"");

    int code = run("--first", "1", capture.toString());

    assertEquals(1, code, err.toString());
    assertTrue(out.toString().contains("expected  cap 0x1"), out.toString());
    assertTrue(out.toString().contains("actual    cap 0x80d2008c222f0606"), out.toString());
  }

  @Test
  @DisplayName("a file that is no capture ends with exit code 2, the others are still replayed")
  void unreadable() throws IOException {
    Path capture = capture("equal.jsonl", "");
    Path garbage = Files.writeString(folder.resolve("garbage.jsonl"), "{\"seq\":0}\n");
    Path missing = folder.resolve("missing.jsonl");

    int code = run(garbage.toString(), missing.toString(), capture.toString());

    assertEquals(2, code);
    assertTrue(
        out.toString().contains("garbage.jsonl: line 1: the line has no field 'op'"),
        out.toString());
    assertTrue(out.toString().contains("missing.jsonl: there is no such file"), out.toString());
    assertTrue(out.toString().contains("2 files are no whole capture"), out.toString());
  }

  @Test
  @DisplayName("--json prints the fields that scripts rely on")
  void json() throws IOException {
    Path capture = capture("wrong.jsonl", "\"cap\":\"0x80d2008c222f0606\"");

    int code = run("--json", "--first", "1", capture.toString());

    assertEquals(1, code);
    var fields = new ArrayList<String>();
    try (var json = new JsonFactory().createParser(out.toString())) {
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.FIELD_NAME) {
          fields.add(json.currentName());
        }
      }
    }
    assertTrue(
        fields.containsAll(
            List.of(
                "files",
                "file",
                "operations",
                "comparisons",
                "register-read",
                "notCompared",
                "mismatches",
                "first",
                "seq",
                "kind",
                "expected",
                "actual",
                "linesPerSecond",
                "error")),
        fields.toString());
  }

  @Test
  @DisplayName("bad usage ends with exit code 2")
  void badUsage() {
    assertEquals(2, run());
    assertEquals(2, run("--first", "-1", "x"));
    assertEquals(2, run("--threads", "0", "x"));
    assertTrue(err.toString().contains("--threads is 0; 1 to 256 go"), err.toString());
  }

  /** A shipped capture as plain text; {@code spoiled}: a field whose value becomes 1. */
  private Path capture(String name, String spoiled) throws IOException {
    try (var file = new GZIPInputStream(ShippedCaptures.open("directed-fault-log.jsonl.gz"))) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      if (!spoiled.isEmpty()) {
        text = text.replaceFirst(spoiled, spoiled.replaceFirst("0x[0-9a-f]+", "0x1"));
      }
      return Files.writeString(folder.resolve(name), text);
    }
  }

  private int run(String... arguments) {
    return new CommandLine(new ReplayCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
