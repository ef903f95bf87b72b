package dev.iommufleet.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Events that cannot happen in a state, and why: lines of {@code transitions.txt}. */
final class Impossible {
  private record Rule(Pattern what, String why) {}

  private final List<Rule> rules = new ArrayList<>();

  Impossible() {
    for (String line : Resources.lines("/transitions.txt")) {
      int colon = line.indexOf(" :: ");
      if (colon < 0) {
        throw new IllegalStateException("transitions.txt: " + line);
      }
      rules.add(
          new Rule(
              Pattern.compile(line.substring(0, colon).strip()),
              line.substring(colon + 4).strip()));
    }
  }

  /** Empty: it can happen. */
  String why(Transitions.Pair pair) {
    for (Rule rule : rules) {
      if (rule.what().matcher(pair.name()).matches()) {
        return rule.why();
      }
    }
    return "";
  }
}
