package dev.iommufleet.simulation.locks;

import dev.iommufleet.simulation.Scenario;
import dev.iommufleet.simulation.Scenario.ThreadSpec;
import dev.iommufleet.simulation.ScenarioException;
import dev.iommufleet.simulation.Step;
import dev.iommufleet.simulation.locks.Discipline.Custom;
import dev.iommufleet.simulation.locks.Shared.About;
import dev.iommufleet.simulation.locks.Shared.Of;
import dev.iommufleet.simulation.locks.Shared.Register;
import java.util.ArrayList;
import java.util.List;

/**
 * A scenario as a program of an emulator that follows a discipline. Thread 0 is the setup, then
 * come the scenario's threads, then the main loop with its bottom halves, if there are any.
 */
final class Translation {
  private static final String MAIN_LOOP = "main-loop";

  private final Scenario scenario;
  private final Discipline discipline;
  private final Shared shared;
  private final Tables tables;
  private int requests;

  Translation(Scenario scenario, Discipline discipline) {
    this.scenario = scenario;
    this.discipline = discipline;
    shared = new Shared(scenario);
    tables = new Tables(shared);
  }

  Program program() {
    List<Program.Thread> threads = new ArrayList<>();
    threads.add(new Program.Thread("setup", code(scenario.setup()), false));
    for (ThreadSpec thread : scenario.threads()) {
      threads.add(new Program.Thread(thread.name(), code(thread.steps()), thread.mayStop()));
    }
    if (discipline.has(Custom.BOTTOM_HALF)) {
      threads.add(new Program.Thread(MAIN_LOOP, bottomHalves(), true));
    }
    return new Program(
        threads, List.copyOf(shared.locks), List.copyOf(shared.objects), shared.cells());
  }

  private List<Op> code(List<Step> steps) {
    var code = new Code(shared, discipline);
    var iommu = new IommuCode(code, tables);
    var guest = new GuestCode(code, tables, iommu);
    var device = new DeviceCode(code, tables, iommu, requests);
    for (Step step : steps) {
      code.begin();
      switch (step) {
        case Step.Guest s -> guest.step(s);
        case Step.Device s -> device.step(s.device(), s.operation());
      }
    }
    requests = device.requests();
    return code.ops();
  }

  private List<Op> bottomHalves() {
    var code = new Code(shared, discipline);
    var iommu = new IommuCode(code, tables);
    for (int i = 0; i < shared.requests.size(); i++) {
      code.await((m, _) -> deferred(m) >= 0, this::choose, "sees that a bottom half is due");
      code.at(Place.MAIN_LOOP, "for a bottom half", () -> bottomHalf(code, iommu));
    }
    return code.ops();
  }

  private Hazard choose(Machine m, int thread) {
    m.set(shared.register(Register.TAKEN, thread), 1 + deferred(m));
    return null;
  }

  private void bottomHalf(Code code, IommuCode iommu) {
    for (int i = 0; i < shared.requests.size(); i++) {
      int number = i;
      code.unless(
          (m, t) -> m.get(shared.register(Register.TAKEN, t)) != number + 1,
          () -> iommu.request(number));
    }
  }

  private int deferred(Machine m) {
    for (int number = 0; number < shared.requests.size(); number++) {
      if (m.get(shared.about(About.WAY, number)) == About.DEFERRED) {
        return number;
      }
    }
    return -1;
  }

  /** Lines of a story about what the setup left to bottom halves. */
  List<String> pending(Machine start) {
    List<String> lines = new ArrayList<>();
    for (int number = 0; number < shared.requests.size(); number++) {
      if (start.get(shared.about(About.WAY, number)) == About.DEFERRED) {
        Shared.Request it = shared.requests.get(number);
        lines.add(
            "before: %s asked for page %d and heard yes; the bottom half has not run"
                .formatted(shared.name(it.device()), it.page()));
      }
    }
    return lines;
  }

  /**
   * The program behind its setup. What the setup leaves to bottom halves is still to come, unless
   * it waits for it: nothing orders the main loop.
   */
  Machine start(Program program) {
    var machine = new Machine(program);
    machine.set(shared.translating, 1);
    for (int device = 0; device < scenario.devices().size(); device++) {
      machine.set(shared.of(Of.CONTEXT, device), 1 + device);
    }
    int last = program.threads().size() - 1;
    while (!machine.done(0)) {
      boolean waits = !machine.canRun(0);
      if (waits && !program.threads().get(last).name().equals(MAIN_LOOP)) {
        throw new ScenarioException(scenario.name() + ": the setup waits for ever", null);
      }
      Hazard hazard = machine.run(waits ? last : 0);
      if (hazard != null) {
        throw new IllegalStateException(scenario.name() + ": the setup: " + hazard.what());
      }
    }
    return machine;
  }
}
