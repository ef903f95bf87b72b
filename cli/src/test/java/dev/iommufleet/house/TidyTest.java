package dev.iommufleet.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.house.Sources.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("gate")
@DisplayName("The sources are tidy")
class TidyTest {
  private static final int FILE_LINES = 400;
  private static final int METHOD_LINES = 50;
  private static final int COLUMNS = 100;

  /** Split, so that this file does not hold what it forbids. */
  private static final Pattern LEFT_OVER = Pattern.compile("\\b(" + "FIX" + "ME|TO" + "DO)\\b");

  private static List<Source> sources;

  @BeforeAll
  static void readSources() throws IOException {
    sources = Sources.all();
  }

  @Test
  @DisplayName("every room's sources are read, methods included")
  void sourcesAreRead() {
    Source self =
        sources.stream().filter(s -> s.path().endsWith("TidyTest.java")).findFirst().orElseThrow();

    assertTrue(self.methods().stream().anyMatch(m -> m.name().equals("sourcesAreRead")));
    assertTrue(sources.stream().anyMatch(s -> s.isIn("hardware/src/main")));
  }

  @Test
  @DisplayName("no file has more than " + FILE_LINES + " lines")
  void filesAreShort() {
    var wrong = new ArrayList<String>();
    for (Source source : sources) {
      if (source.lines().size() > FILE_LINES) {
        wrong.add(source.path() + " has " + source.lines().size() + " lines");
      }
    }

    assertNone(wrong);
  }

  @Test
  @DisplayName("no method has more than " + METHOD_LINES + " lines")
  void methodsAreShort() {
    var wrong = new ArrayList<String>();
    for (Source source : sources) {
      for (var method : source.methods()) {
        if (method.lines() > METHOD_LINES) {
          wrong.add(at(source, method.line(), method.name() + ": " + method.lines() + " lines"));
        }
      }
    }

    assertNone(wrong);
  }

  @Test
  @DisplayName("no line outside a text block is wider than " + COLUMNS + " columns")
  void linesAreNarrow() {
    var wrong = new ArrayList<String>();
    for (Source source : sources) {
      for (int line = 1; line <= source.lines().size(); line++) {
        int columns = source.lines().get(line - 1).length();
        if (columns > COLUMNS && !source.textBlocks().get(line)) {
          wrong.add(at(source, line, columns + " columns"));
        }
      }
    }

    assertNone(wrong);
  }

  @Test
  @DisplayName("no reminder of unfinished work is left in a source")
  void nothingIsLeftOver() {
    var wrong = new ArrayList<String>();
    for (Source source : sources) {
      for (int line = 1; line <= source.lines().size(); line++) {
        if (LEFT_OVER.matcher(source.lines().get(line - 1)).find()) {
          wrong.add(at(source, line, source.lines().get(line - 1).strip()));
        }
      }
    }

    assertNone(wrong);
  }

  private static String at(Source source, int line, String what) {
    return source.path() + ":" + line + " " + what;
  }

  private static void assertNone(List<String> wrong) {
    assertEquals("", String.join("\n", wrong));
  }
}
