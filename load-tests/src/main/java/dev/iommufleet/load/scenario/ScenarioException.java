package dev.iommufleet.load.scenario;

import java.util.List;

/** A scenario that cannot be used; each line says where, what is wrong and what is allowed. */
public final class ScenarioException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient List<String> problems;

  ScenarioException(String source, List<String> problems) {
    super(source + " is no scenario:\n  " + String.join("\n  ", problems));
    this.problems = List.copyOf(problems);
  }

  /** Each as in {@code line 7, $.phases[0].duration: …}. */
  public List<String> problems() {
    return problems;
  }
}
