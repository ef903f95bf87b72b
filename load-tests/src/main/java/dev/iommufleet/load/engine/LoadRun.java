package dev.iommufleet.load.engine;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.FleetException;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.load.guest.Recording;
import dev.iommufleet.load.remote.WireCodec;
import dev.iommufleet.load.scenario.Scenario;
import dev.iommufleet.load.scenario.Scenario.Fault;
import dev.iommufleet.load.scenario.Scenario.Phase;
import dev.iommufleet.protocol.api.v1.Observe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One load, from the first connection to what it came to. Run once; {@link #interrupt} any time.
 */
public final class LoadRun {
  private static final Duration LOOK_TIME = Duration.ofSeconds(3);
  private static final Duration FIRST_DELAY = Duration.ofMillis(20);
  private static final Duration LONGEST_DELAY = Duration.ofMillis(500);
  private static final Duration RECOVERY_WAIT = Duration.ofMinutes(2);
  private static final int CLEANERS = 32;

  /**
   * What a load needs of others.
   *
   * @param connect a client that repeats calls as the policy says; the load closes it
   * @param targets how reports call the fleet
   * @param recording what guests replay; null: there are none that do
   * @param observe what answers hold besides replies, for whoever reads the trail
   * @param verdict violations by rule that whoever reads the trail has found; asked once, at the
   *     end, with whether that came early
   * @param name part of the ids of everything that is made; not used before in this fleet
   * @param keep what was made stays
   */
  public record Setup(
      Function<RetryPolicy, FleetClient> connect,
      List<String> targets,
      WireCodec codec,
      Recording recording,
      Trail trail,
      Observe observe,
      Faults faults,
      Progress progress,
      Function<Boolean, Map<String, Long>> verdict,
      String name,
      boolean keep) {}

  private final Scenario scenario;
  private final Setup setup;
  private final List<FleetClient> clients = new ArrayList<>();
  private final Crew crew;
  private final List<Slot> slots = new ArrayList<>();
  private volatile PhaseRun current;
  private volatile boolean interrupted;

  public LoadRun(Scenario scenario, Setup setup) {
    this.scenario = scenario;
    this.setup = setup;
    crew = new Crew(scenario, setup.recording(), this::access, setup.trail());
  }

  private RemoteMachine.Access access(int guest) {
    return new RemoteMachine.Access(
        clients.get(guest % clients.size()),
        setup.codec(),
        setup.trail(),
        setup.observe(),
        setup.name(),
        scenario.client().patience());
  }

  /** Kinds of faults that the schedule has and nobody here can do; empty: all can be done. */
  public List<String> impossibleFaults() {
    return scenario.faults().stream()
        .map(Fault::kind)
        .filter(kind -> !setup.faults().can(kind))
        .map(kind -> kind.label())
        .distinct()
        .toList();
  }

  /** Ends it early: nothing new is started, and {@link #run} returns what there is. */
  public void interrupt() {
    interrupted = true;
    var phase = current;
    if (phase != null) {
      phase.interrupt();
    }
  }

  /**
   * @throws FleetException no node answers at all
   */
  public LoadResult run() throws InterruptedException {
    var policy = new RetryPolicy(scenario.client().patience(), FIRST_DELAY, LONGEST_DELAY);
    try {
      lookForFleet(policy);
      for (int i = 0; i < scenario.client().connections(); i++) {
        clients.add(setup.connect().apply(policy));
      }
      for (int number = 0; number < scenario.iommus(); number++) {
        slots.add(new Slot(number, crew));
      }
      return runPhases();
    } finally {
      clients.forEach(FleetClient::close);
    }
  }

  private void lookForFleet(RetryPolicy policy) {
    try (var client = setup.connect().apply(policy.withGiveUpAfter(LOOK_TIME))) {
      client.list(1, "");
    }
  }

  private LoadResult runPhases() throws InterruptedException {
    long began = System.nanoTime();
    var place = new FaultClock.Place(setup.faults(), setup.trail(), setup.progress(), slots);
    var faults = new FaultClock(place, scenario.faults(), began);
    var phases = new ArrayList<PhaseResult>();
    for (Phase phase : scenario.phases()) {
      if (interrupted) {
        break;
      }
      setup.trail().phase(phase.name());
      if (!phase.warmUp()) {
        faults.start();
      }
      var run =
          new PhaseRun(phase, scenario, slots, faults::isOver, crew.violations(), setup.progress());
      current = run;
      if (interrupted) {
        run.interrupt();
      }
      phases.add(run.run(began));
      current = null;
    }
    var recovered = faults.end(interrupted ? Duration.ofSeconds(5) : RECOVERY_WAIT);
    double lasted = (System.nanoTime() - began) / 1e9;
    finish();
    return result(phases, recovered, faults.failure(), lasted);
  }

  private LoadResult result(
      List<PhaseResult> phases, List<FaultResult> faults, String failure, double lasted) {
    var violations = crew.violations().counts();
    setup
        .verdict()
        .apply(interrupted)
        .forEach((rule, count) -> violations.merge(rule, Math.toIntExact(count), Math::max));
    var missed =
        new ArrayList<>(Judgement.missed(scenario.thresholds(), phases, faults, violations));
    if (failure != null) {
      missed.add("the fault schedule ended early: " + failure);
    }
    return new LoadResult(
        scenario,
        setup.targets(),
        phases,
        faults,
        violations,
        crew.violations().evidence(),
        crew.failures(),
        interrupted,
        lasted,
        missed);
  }

  // ---- the end -----------------------------------------------------------------------------

  /** What entities came to is taken down; then they are deleted. */
  private void finish() throws InterruptedException {
    if (setup.observe() != Observe.OBSERVE_REPLIES) {
      each(slots, slot -> slot.tellEnd(setup.trail()));
      // Of these nobody knows whether the last request was executed; they lost nothing before it.
      each(crew.abandoned(), machine -> machine.tellEnd(setup.trail(), false));
    }
    if (!setup.keep() && !interrupted) {
      each(slots, Slot::cleanUp);
      each(crew.abandoned(), crew::cleanUp);
    }
  }

  private static <T> void each(List<T> all, Consumer<T> action) throws InterruptedException {
    var room = new Semaphore(CLEANERS);
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (T one : all) {
        room.acquire();
        pool.execute(
            () -> {
              try {
                action.accept(one);
              } finally {
                room.release();
              }
            });
      }
    }
  }
}
