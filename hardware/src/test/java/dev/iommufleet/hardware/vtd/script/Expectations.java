package dev.iommufleet.hardware.vtd.script;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Compares outcome lines with what a script expects. The first word of a line is its kind. The
 * kinds that a step names are complete and in order: an outcome of a named kind that no line
 * expects is a mismatch, outcomes of other kinds are not looked at. A line names as many of the
 * outcome's words as matter. {@code no KIND word…} forbids outcomes with these words.
 */
final class Expectations {
  private final List<String> wanted = new ArrayList<>();
  private final List<String> forbidden = new ArrayList<>();

  Expectations(List<String> lines) {
    for (String line : lines) {
      String text = line.substring(1).strip();
      if (text.startsWith("no ")) {
        forbidden.add(text.substring(3));
      } else {
        wanted.add(text);
      }
    }
  }

  /** The lines that would have been right: the expected ones where they hold. */
  List<String> corrected(List<String> outcomes) {
    var lines = new ArrayList<String>();
    List<String> named = named(outcomes);
    boolean holds = matches(named);
    for (int i = 0; i < (holds ? wanted.size() : named.size()); i++) {
      boolean keep = holds || (i < wanted.size() && says(wanted.get(i), named.get(i)));
      lines.add("> " + (keep ? wanted.get(i) : named.get(i)));
    }
    if (!holds && named.isEmpty()) {
      lines.addAll(wanted.stream().map(line -> "> no " + kind(line)).distinct().toList());
    }
    for (String line : forbidden) {
      List<String> met = outcomes.stream().filter(outcome -> says(line, outcome)).toList();
      if (met.isEmpty()) {
        lines.add("> no " + line);
      } else {
        met.stream().map(outcome -> "> " + outcome).forEach(lines::add);
      }
    }
    return lines;
  }

  /** Outcomes of the kinds that are named; a failed access always is. */
  private List<String> named(List<String> outcomes) {
    Set<String> kinds = new HashSet<>();
    wanted.forEach(line -> kinds.add(kind(line)));
    return outcomes.stream()
        .filter(outcome -> kinds.contains(kind(outcome)) || isUnexpectedFailure(outcome))
        .toList();
  }

  private static boolean isUnexpectedFailure(String outcome) {
    return kind(outcome).equals("done") && !outcome.equals("done OK");
  }

  private boolean matches(List<String> named) {
    if (named.size() != wanted.size()) {
      return false;
    }
    for (int i = 0; i < named.size(); i++) {
      if (!says(wanted.get(i), named.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean says(String line, String outcome) {
    Set<String> words = new HashSet<>(List.of(outcome.split(" +")));
    return kind(line).equals(kind(outcome)) && words.containsAll(List.of(line.split(" +")));
  }

  private static String kind(String line) {
    return line.split(" ", 2)[0];
  }
}
