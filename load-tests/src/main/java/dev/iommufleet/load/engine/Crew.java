package dev.iommufleet.load.engine;

import dev.iommufleet.client.FleetException;
import dev.iommufleet.load.guest.Behaviour;
import dev.iommufleet.load.guest.Finding;
import dev.iommufleet.load.guest.Guest;
import dev.iommufleet.load.guest.Recording;
import dev.iommufleet.load.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** Who the guests of a scenario are, and what they have in common. */
final class Crew {
  private static final long BEHAVIOURS = 0x5EED_0001L;
  private static final long COMPARED = 0x5EED_0002L;
  private static final int MOST_FAILURES_KEPT = 50;

  private final Scenario scenario;
  private final Recording recording;
  private final IntFunction<RemoteMachine.Access> access;
  private final Trail trail;
  private final Violations violations = new Violations();
  private final Map<String, Integer> failures = new TreeMap<>();
  private final List<RemoteMachine> abandoned = new ArrayList<>();

  /**
   * @param recording for guests that replay; null: there are none
   * @param access of the n-th guest
   */
  Crew(
      Scenario scenario,
      Recording recording,
      IntFunction<RemoteMachine.Access> access,
      Trail trail) {
    this.scenario = scenario;
    this.recording = recording;
    this.access = access;
    this.trail = trail;
  }

  /** What guest {@code number} does. */
  static Behaviour behaviour(Scenario scenario, int number) {
    int sum = scenario.mix().values().stream().mapToInt(Integer::intValue).sum();
    int drawn = new SplittableRandom(scenario.seed() * 31 + number ^ BEHAVIOURS).nextInt(sum);
    for (Behaviour behaviour : Behaviour.values()) {
      drawn -= scenario.mix().getOrDefault(behaviour, 0);
      if (drawn < 0) {
        return behaviour;
      }
    }
    throw new IllegalStateException("weights of " + scenario.mix() + " do not sum up to " + sum);
  }

  /** {@code life}: how often a guest began in this place before. */
  Guest guest(int number, int life) {
    return guest(scenario, recording, number, life);
  }

  static Guest guest(Scenario scenario, Recording recording, int number, int life) {
    return Guest.of(
        scenario.shape(),
        behaviour(scenario, number),
        number + life * scenario.iommus(),
        scenario.seed(),
        recording);
  }

  RemoteMachine machine(String guest) {
    int number = Integer.parseInt(guest.substring(1).split("\\.", 2)[0]);
    return new RemoteMachine(access.apply(number), guest);
  }

  /** Whether the guest's answers are compared with the model. */
  boolean isCompared(int number) {
    return new SplittableRandom(scenario.seed() * 31 + number ^ COMPARED).nextDouble()
        < scenario.oracle();
  }

  Violations violations() {
    return violations;
  }

  void complain(String guest, String iommuId, Finding finding) {
    trail.complaint(guest, iommuId, finding);
  }

  synchronized void failed(String kind, FleetException failure) {
    var what = kind + ": " + failure.getMessage();
    if (failures.size() < MOST_FAILURES_KEPT || failures.containsKey(what)) {
      failures.merge(what, 1, Integer::sum);
    }
  }

  /** What ended without an answer, and how often. */
  synchronized Map<String, Integer> failures() {
    return new TreeMap<>(failures);
  }

  /** What a machine has left in the fleet is deleted, as far as the fleet lets it. */
  void cleanUp(RemoteMachine machine) {
    try {
      machine.cleanUp();
    } catch (FleetException e) {
      failed("clean-up", e);
    }
  }

  synchronized void abandoned(RemoteMachine machine) {
    abandoned.add(machine);
  }

  synchronized List<RemoteMachine> abandoned() {
    return List.copyOf(abandoned);
  }
}
