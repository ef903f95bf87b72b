package dev.iommufleet.simulation.mutation;

import dev.iommufleet.simulation.Resources;
import dev.iommufleet.simulation.ScenarioException;
import java.util.List;
import java.util.function.Function;

/**
 * One rule of the protocol, and the scenario that goes wrong without it.
 *
 * @param guard its name
 * @param owner the class that decides it
 * @param scenario that misses it
 */
public record Mutation(String guard, String owner, String scenario) {
  private static final String TABLE = "/guards.txt";

  /**
   * What exploring without the rule found.
   *
   * @param verdict safe: nobody misses the rule
   * @param what the invariant that breaks
   * @param states that were visited
   * @param story the shortest, one line for each event
   */
  public record Outcome(String verdict, String what, long states, List<String> story) {
    public boolean found() {
      return !verdict.equals("safe");
    }
  }

  /** Every rule that carries a {@link dev.iommufleet.hardware.Guard}. */
  public static List<Mutation> all() {
    return Resources.lines(TABLE).stream().map(Mutation::read).toList();
  }

  private static Mutation read(String line) {
    String[] words = line.strip().split("\\s+");
    if (words.length != 3) {
      throw new IllegalStateException("guards.txt: " + line);
    }
    return new Mutation(words[0], "dev.iommufleet." + words[1], words[2]);
  }

  /**
   * @throws ScenarioException there is no such rule
   */
  public static Mutation of(String guard) {
    return all().stream()
        .filter(it -> it.guard.equals(guard))
        .findFirst()
        .orElseThrow(() -> new ScenarioException("no guard is named " + guard, null));
  }

  /** Takes the rule out and explores the scenario that misses it. */
  public Outcome explore() {
    List<String> said = trial().apply(scenario);
    return new Outcome(
        said.get(0), said.get(1), Long.parseLong(said.get(2)), said.subList(3, said.size()));
  }

  @SuppressWarnings("unchecked") // the type of Trial
  private Function<String, List<String>> trial() {
    try {
      var constructor =
          new MutantLoader(owner, guard).loadClass(Trial.class.getName()).getDeclaredConstructor();
      constructor.setAccessible(true);
      return (Function<String, List<String>>) constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the trial of guard %s".formatted(guard), e);
    }
  }
}
