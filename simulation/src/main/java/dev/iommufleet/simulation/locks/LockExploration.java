package dev.iommufleet.simulation.locks;

import dev.iommufleet.simulation.Exploration;
import dev.iommufleet.simulation.ScenarioException;
import dev.iommufleet.simulation.locks.Cell.Finding;
import java.util.ArrayList;
import java.util.List;

/**
 * A scenario in an emulator whose threads follow a lock discipline: all orders in which they can
 * run. Crashes, losses and repetitions are of the message design and do not happen here.
 */
public final class LockExploration {
  private final String scenario;
  private final Discipline discipline;
  private final Program program;
  private final Machine start;
  private final List<String> before;

  private LockExploration(Exploration exploration, Discipline discipline) {
    this.scenario = exploration.name();
    this.discipline = discipline;
    var translation = new Translation(exploration.scenario(), discipline);
    program = translation.program();
    start = translation.start(program);
    before = translation.pending(start);
  }

  public static LockExploration of(Exploration exploration, Discipline discipline) {
    return new LockExploration(exploration, discipline);
  }

  /** Visits every state. */
  public Cell explore() {
    var result = new Search(program, start).run();
    return new Cell(
        scenario,
        discipline.name(),
        result.states(),
        result.found().stream().map(it -> finding(it.hazard(), it.schedule())).toList());
  }

  private Finding finding(Hazard hazard, List<Integer> schedule) {
    return new Finding(
        hazard.verdict(),
        hazard.kind(),
        hazard.what(),
        new Gist(program, start).tell(before, schedule),
        tell(schedule),
        write(schedule));
  }

  private List<String> tell(List<Integer> schedule) {
    List<String> lines = new ArrayList<>(before);
    Machine machine = start.fork();
    for (int thread : schedule) {
      lines.add(program.threads().get(thread).name() + ": " + machine.next(thread).text());
      machine.run(thread);
    }
    return lines;
  }

  private List<String> write(List<Integer> schedule) {
    return schedule.stream().map(it -> "run " + program.threads().get(it).name()).toList();
  }

  /**
   * Runs one schedule, as far as something goes wrong.
   *
   * @return one finding, without a verdict but safe and a kind where nothing went wrong
   * @throws ScenarioException a line names no thread, or one that cannot run
   */
  public Finding replay(List<String> schedule) {
    Machine machine = start.fork();
    List<Integer> taken = new ArrayList<>();
    Hazard hazard = Search.stuck(program, machine);
    for (String line : schedule) {
      if (hazard != null || line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int thread = thread(line.strip());
      if (thread < 0 || !machine.canRun(thread)) {
        throw new ScenarioException(
            "step %d of the schedule cannot happen: %s".formatted(taken.size() + 1, line), null);
      }
      taken.add(thread);
      hazard = machine.run(thread);
      if (hazard == null) {
        hazard = Search.stuck(program, machine);
      }
    }
    return hazard == null
        ? finding(new Hazard(Verdict.SAFE, "", ""), taken)
        : finding(hazard, taken);
  }

  private int thread(String line) {
    return line.startsWith("run ") ? program.thread(line.substring("run ".length())) : -1;
  }
}
