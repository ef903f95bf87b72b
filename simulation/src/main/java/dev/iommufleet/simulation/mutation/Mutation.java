package dev.iommufleet.simulation.mutation;

import dev.iommufleet.simulation.Resources;
import dev.iommufleet.simulation.ScenarioException;
import java.util.List;

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
        .orElseThrow(
            () ->
                new ScenarioException(
                    "no guard is named " + guard + "; --guards alone lists them all", null));
  }

  /** Takes the rule out and explores what misses it. */
  public Outcome explore() {
    boolean fleet = scenario.equals(FLEET);
    return Outcome.of(
        new MutantLoader(owner, bytes -> Mutator.without(bytes, guard))
            .run(
                fleet ? FleetTrial.class : Trial.class,
                fleet ? Integer.toString(MOST_SEEDS) : scenario));
  }
}
