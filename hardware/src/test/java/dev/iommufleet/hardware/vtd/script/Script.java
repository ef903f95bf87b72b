package dev.iommufleet.hardware.vtd.script;

import java.util.ArrayList;
import java.util.List;

/**
 * A script file: a header that says what unit is built, commands that come before each case, and
 * cases that each start from a new unit.
 *
 * <pre>
 * profile architecture        header: profile, caps, policy, iotlb, quirks
 * caps aw=48 scalable fs
 * include legacy-tables       the lines of setup/legacy-tables.txt
 *
 * mem 1000 2001 0             commands before each case
 *
 * == what the case shows      a case
 * translate 10 r 3000         a command
 * &gt; denied fault=06           what must come of it
 * &gt; no msi                    what must not
 * </pre>
 *
 * Numbers are hexadecimal; {@code _} separates groups, {@code |} and {@code +} combine.
 */
record Script(String name, List<Line> header, List<Line> setup, List<Case> cases) {

  /** One line of a file; {@code number} counts from 1, 0 for an included line. */
  record Line(int number, String text) {}

  /** A command and the lines that say what must come of it. */
  record Step(Line command, List<Line> expected) {}

  record Case(Line title, List<Step> steps) {}

  /** Splits the lines of a file, included ones put in. */
  static Script parse(String name, List<Line> lines) {
    var header = new ArrayList<Line>();
    var setup = new ArrayList<Line>();
    var cases = new ArrayList<Case>();
    for (Line line : lines) {
      String text = line.text().strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      if (text.startsWith("==")) {
        cases.add(new Case(line, new ArrayList<>()));
      } else if (!cases.isEmpty()) {
        addStep(cases.getLast().steps(), line, text.startsWith(">"));
      } else if (isHeader(text)) {
        header.add(line);
      } else {
        setup.add(line);
      }
    }
    return new Script(name, header, setup, cases);
  }

  private static void addStep(List<Step> steps, Line line, boolean expectation) {
    if (!expectation) {
      steps.add(new Step(line, new ArrayList<>()));
    } else if (steps.isEmpty()) {
      throw new IllegalArgumentException("line " + line.number() + " expects before any command");
    } else {
      steps.getLast().expected().add(line);
    }
  }

  private static boolean isHeader(String text) {
    return switch (text.split(" ", 2)[0]) {
      case "profile", "caps", "policy", "iotlb", "quirks" -> true;
      default -> false;
    };
  }
}
