package dev.iommufleet.simulation.mutation;

import dev.iommufleet.simulation.Resources;
import dev.iommufleet.simulation.ScenarioException;
import java.util.Arrays;
import java.util.List;

/**
 * A mistake that somebody could make, planted into a class; fleets have to notice it.
 *
 * @param name of the mistake
 * @param owner the class
 * @param method that is wrong
 * @param effect what becomes of the method
 * @param scenario whose guest notices, or {@link Mutation#FLEET}
 * @param says what is wrong, in words
 */
public record PlantedBug(
    String name, String owner, String method, String effect, String scenario, String says) {
  /** Within so many seeds a fleet notices each. */
  public static final int MOST_SEEDS = 50;

  private static final String TABLE = "/bugs.txt";
  private static final int COLUMNS = 6;

  public static List<PlantedBug> all() {
    return Resources.lines(TABLE).stream().map(PlantedBug::read).toList();
  }

  private static PlantedBug read(String line) {
    String[] words = line.split("\\s+", COLUMNS);
    if (words.length != COLUMNS) {
      throw new IllegalStateException("bugs.txt: " + line);
    }
    return new PlantedBug(
        words[0], "dev.iommufleet." + words[1], words[2], words[3], words[4], words[5]);
  }

  /**
   * @throws ScenarioException there is no such bug
   */
  public static PlantedBug of(String name) {
    return all().stream()
        .filter(it -> it.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ScenarioException(
                    "no bug is named %s; there are %s"
                        .formatted(
                            name, Arrays.toString(all().stream().map(PlantedBug::name).toArray())),
                    null));
  }

  /** Runs fleets with it until one breaks, or explores the scenario. */
  public Outcome hunt() {
    boolean fleet = scenario.equals(Mutation.FLEET);
    return Outcome.of(
        new MutantLoader(owner, bytes -> Mutator.planted(bytes, method, effect))
            .run(
                fleet ? FleetTrial.class : Trial.class,
                fleet ? Integer.toString(MOST_SEEDS) : scenario));
  }
}
