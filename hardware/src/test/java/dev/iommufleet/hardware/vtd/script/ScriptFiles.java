package dev.iommufleet.hardware.vtd.script;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The scripts as they lie in the sources, so that a recording can replace them. */
final class ScriptFiles {
  private static final Path FOLDER = Path.of("src", "test", "resources", "scripts");

  private ScriptFiles() {}

  static List<Path> all() throws IOException {
    try (var files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    }
  }

  static Script read(Path file) throws IOException {
    var lines = new ArrayList<Script.Line>();
    int number = 0;
    for (String text : Files.readAllLines(file)) {
      number++;
      if (text.startsWith("include ")) {
        for (String inner : setup(text.substring(8).strip())) {
          lines.add(new Script.Line(0, inner));
        }
      } else {
        lines.add(new Script.Line(number, text));
      }
    }
    return Script.parse(file.getFileName().toString(), lines);
  }

  /** The commands of a setup file. */
  static List<String> setup(String name) throws IOException {
    Path file = FOLDER.resolve("setup").resolve(name + ".txt");
    return Files.readAllLines(file).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .toList();
  }

  /** Replaces the lines behind each command's number by new expectations. */
  static void rewrite(Path file, Map<Integer, List<String>> expectations) throws IOException {
    var sorted = new TreeMap<>(expectations);
    var kept = new ArrayList<String>();
    boolean dropping = false;
    int number = 0;
    for (String text : Files.readAllLines(file)) {
      number++;
      boolean expectation = text.startsWith(">");
      if (dropping && expectation) {
        continue;
      }
      dropping = false;
      kept.add(text);
      if (sorted.containsKey(number)) {
        kept.addAll(sorted.get(number));
        dropping = true;
      }
    }
    Files.write(file, kept);
  }
}
