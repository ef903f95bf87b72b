package dev.iommufleet.hardware.vtd.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the scripts under {@code src/test/resources/scripts}. With {@code -Dscripts.record=true} the
 * lines that do not hold are replaced by what came; read them in review.
 */
@DisplayName("scripts of commands with what must come of them")
class ScriptTest {
  private static final boolean RECORD = Boolean.getBoolean("scripts.record");

  @TestFactory
  Stream<DynamicNode> scripts() throws IOException {
    var files = new ArrayList<DynamicNode>();
    for (Path file : ScriptFiles.all()) {
      Script script = ScriptFiles.read(file);
      assertFalse(script.cases().isEmpty(), file + " has no case");
      files.add(
          DynamicContainer.dynamicContainer(
              script.name(),
              RECORD
                  ? Stream.of(
                      DynamicTest.dynamicTest("is recorded anew", () -> record(file, script)))
                  : script.cases().stream().map(one -> test(script, one))));
    }
    return files.stream();
  }

  private static DynamicTest test(Script script, Script.Case one) {
    String title = one.title().text().substring(2).strip();
    return DynamicTest.dynamicTest(title, () -> compare(script, one));
  }

  private static void compare(Script script, Script.Case one) {
    var expected = new StringBuilder(script.name()).append('\n');
    var actual = new StringBuilder(script.name()).append('\n');
    int expectations = 0;

    var runner = new ScriptRunner(script);
    for (Script.Step step : one.steps()) {
      String command = step.command().number() + ": " + step.command().text() + "\n";
      List<String> lines = expectedOf(step);
      expectations += lines.size();
      append(expected, command, lines);
      append(actual, command, correctedOf(step, runner));
    }

    assertEquals(expected.toString(), actual.toString());
    assertFalse(expectations == 0, "the case expects nothing");
  }

  private static void append(StringBuilder text, String command, List<String> lines) {
    text.append(command);
    lines.forEach(line -> text.append(line).append('\n'));
  }

  /** What is forbidden comes last, as in the corrected lines. */
  private static List<String> expectedOf(Script.Step step) {
    List<String> lines =
        step.expected().stream()
            .map(line -> "> " + line.text().strip().substring(1).strip())
            .toList();
    return Stream.concat(
            lines.stream().filter(line -> !line.startsWith("> no ")),
            lines.stream().filter(line -> line.startsWith("> no ")))
        .toList();
  }

  private static List<String> correctedOf(Script.Step step, ScriptRunner runner) {
    return new Expectations(expectedOf(step)).corrected(runner.run(step.command()));
  }

  private static void record(Path file, Script script) throws IOException {
    Map<Integer, List<String>> changed = new TreeMap<>();
    for (Script.Case one : script.cases()) {
      var runner = new ScriptRunner(script);
      for (Script.Step step : one.steps()) {
        List<String> corrected = correctedOf(step, runner);
        if (!corrected.equals(expectedOf(step))) {
          changed.put(step.command().number(), corrected);
        }
      }
    }
    ScriptFiles.rewrite(file, changed);
  }
}
