package dev.iommufleet.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Scenarios by name, and what exploring one of them finds. */
public final class Exploration {
  /** The discipline of messages between actors: ours. */
  public static final String MESSAGES = "messages";

  private static final String FOLDER = "/scenarios/";
  private static final int WALKS = 2_000;
  private static final int MOST_STEPS = 400;
  private static final long SHORTEST_STATES = 300_000;

  private final Scenario scenario;
  private final Transitions transitions = new Transitions();

  private Exploration(Scenario scenario) {
    this.scenario = scenario;
  }

  /**
   * What was found.
   *
   * @param name of the scenario
   * @param states distinct states
   * @param steps transitions that were executed
   * @param interleavings orders that the states cover; 2^63 - 1 stands for more
   * @param exhaustive every reachable state was visited
   * @param verdict safe, race, torn, deadlock or late
   * @param what the invariant and how it is broken; empty: none
   * @param story of the shortest schedule that was found, one line for each event
   * @param schedule the same for {@link #replay}
   */
  public record Result(
      String name,
      String title,
      String discipline,
      long states,
      long steps,
      long interleavings,
      boolean exhaustive,
      String verdict,
      String what,
      List<String> story,
      List<String> schedule) {

    public boolean safe() {
      return verdict.equals("safe");
    }
  }

  /** Names of the scenarios that come with the program, in their order. */
  public static List<String> names() {
    return text("index.txt").lines().filter(line -> !line.startsWith("#")).toList();
  }

  /** Those that mean something with locks as well; others are about messages that come late. */
  public static List<String> namesWithLocks() {
    return text("index.txt").lines().takeWhile(line -> !line.startsWith("#")).toList();
  }

  /**
   * Names that are meant: the one that is exactly this, or else all that begin with it and a
   * hyphen, in their order.
   *
   * @throws ScenarioException there is none
   */
  public static List<String> named(String name) {
    var known = names();
    if (known.contains(name)) {
      return List.of(name);
    }
    var found = known.stream().filter(it -> it.startsWith(name + "-")).toList();
    if (found.isEmpty()) {
      throw new ScenarioException("no scenario is named " + name + "; see --list", null);
    }
    return found;
  }

  /**
   * The first that is {@link #named} so.
   *
   * @throws ScenarioException there is no such scenario
   */
  public static Exploration of(String name) {
    String found = named(name).getFirst();
    return new Exploration(ScenarioReader.read(found, text(found + ".txt")));
  }

  /** A scenario of the caller's own. */
  public static Exploration read(String name, String text) {
    return new Exploration(ScenarioReader.read(name, text));
  }

  /** What is explored. */
  public Scenario scenario() {
    return scenario;
  }

  public String name() {
    return scenario.name();
  }

  public String title() {
    return scenario.title();
  }

  public String explores() {
    return scenario.explores();
  }

  /** The same threads; nobody crashes, and no message is lost or repeated. */
  public Exploration withoutMishaps() {
    return new Exploration(
        new Scenario(
            scenario.name(),
            scenario.title(),
            scenario.explores(),
            scenario.config(),
            scenario.devices(),
            scenario.setup(),
            scenario.threads(),
            new Scenario.Budget(0, 0, 0, 0, false, scenario.budget().mostStates())));
  }

  /** Visits every state, or as many as the scenario allows and then random walks from a seed. */
  public Result explore(long seed) {
    var start = new World(scenario);
    var explorer = new Explorer<>(start, scenario.budget().mostStates());
    Explored explored = explorer.explore();
    long interleavings = explored.interleavings();
    if (!explored.exhaustive() && explored.violation() == null) {
      Explored walked = explorer.sample(seed, WALKS, MOST_STEPS);
      explored =
          new Explored(walked.states(), walked.steps(), interleavings, false, walked.violation());
    }
    transitions.add(start.transitions());
    if (explored.violation() == null) {
      return result(explored, "safe", "", List.of(), List.of());
    }
    var shortest = explorer.shortest(explored.violation(), SHORTEST_STATES);
    return result(
        explored,
        verdict(shortest.what()),
        shortest.what(),
        Story.tell(start, scenario, shortest.schedule()),
        Schedule.write(shortest.schedule()));
  }

  /** Which events were met in which states so far. */
  public Transitions transitions() {
    return transitions;
  }

  private Result result(
      Explored explored, String verdict, String what, List<String> story, List<String> schedule) {
    return new Result(
        scenario.name(),
        scenario.title(),
        MESSAGES,
        explored.states(),
        explored.steps(),
        explored.interleavings(),
        explored.exhaustive(),
        verdict,
        what,
        story,
        schedule);
  }

  private static String verdict(String what) {
    if (what.startsWith("deadlock")) {
      return "deadlock";
    }
    return what.startsWith("late") ? "late" : "race";
  }

  /** Runs the schedule that comes with the scenario. */
  public Result replayShipped() {
    return replay(text(scenario.name() + ".schedule").lines().toList());
  }

  /**
   * Runs one schedule.
   *
   * @throws ScenarioException a line is no choice that there is
   */
  public Result replay(List<String> schedule) {
    var world = new World(scenario);
    List<Choice> choices = Schedule.read(schedule);
    List<Choice> taken = new ArrayList<>();
    String broken = world.broken();
    for (Choice choice : choices) {
      if (broken != null) {
        break;
      }
      if (!world.choices().contains(choice)) {
        throw new ScenarioException(
            "event %d of the schedule cannot happen: %s"
                .formatted(taken.size() + 1, Schedule.line(choice)),
            null);
      }
      world.take(choice);
      taken.add(choice);
      broken = world.broken();
    }
    var explored = new Explored(taken.size() + 1, taken.size(), 1, false, null);
    List<String> story = Story.tell(new World(scenario), scenario, taken);
    return broken == null
        ? result(explored, "safe", "", story, schedule)
        : result(explored, verdict(broken), broken, story, schedule);
  }

  private static String text(String file) {
    try (InputStream stream = Exploration.class.getResourceAsStream(FOLDER + file)) {
      if (stream == null) {
        throw new ScenarioException("no scenario file " + file, null);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ScenarioException("scenario file " + file + ": " + e.getMessage(), e);
    }
  }
}
