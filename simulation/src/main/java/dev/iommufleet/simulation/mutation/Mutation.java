package dev.iommufleet.simulation.mutation;

import dev.iommufleet.simulation.Resources;
import dev.iommufleet.simulation.ScenarioException;
import java.util.List;
import java.util.function.Function;

/**
 * One rule of the protocol, and what goes wrong without it.
 *
 * @param guard its name
 * @param owner the class that decides it
 * @param scenario that misses it, or {@link #FLEET}
 */
public record Mutation(String guard, String owner, String scenario) {
  /** In place of a scenario: small fleets, from seed 1 to {@link #MOST_SEEDS}. */
  public static final String FLEET = "fleet";

  /** Within so many seeds a fleet misses every rule that is its own. */
  public static final int MOST_SEEDS = 50;

  private static final String TABLE = "/guards.txt";

  /**
   * What exploring without the rule found.
   *
   * @param verdict safe: nobody misses the rule
   * @param what the invariant that breaks
   * @param tried states that were visited, or seeds
   * @param story the shortest, one line for each event
   */
  public record Outcome(String verdict, String what, long tried, List<String> story) {
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
    boolean fleet = scenario.equals(FLEET);
    Class<?> kind = fleet ? FleetTrial.class : Trial.class;
    List<String> said = trial(kind).apply(fleet ? Integer.toString(MOST_SEEDS) : scenario);
    return new Outcome(
        said.get(0), said.get(1), Long.parseLong(said.get(2)), said.subList(3, said.size()));
  }

  @SuppressWarnings("unchecked") // the type of the trials
  private Function<String, List<String>> trial(Class<?> kind) {
    try {
      var constructor =
          new MutantLoader(owner, guard).loadClass(kind.getName()).getDeclaredConstructor();
      constructor.setAccessible(true);
      return (Function<String, List<String>>) constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the trial of guard %s".formatted(guard), e);
    }
  }
}
