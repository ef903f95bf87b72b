package dev.iommufleet.load.scenario;

import dev.iommufleet.load.guest.Behaviour;
import dev.iommufleet.load.guest.GuestShape;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A load: who drives what, how fast, for how long, what goes wrong meanwhile, and what is asked.
 *
 * @param name 1 to 64 of A-Z a-z 0-9 . _ -
 * @param text as it was read
 * @param seed the same seed gives the same requests
 * @param iommus number of IOMMUs, each with a guest
 * @param mix which behaviour has which weight; not empty
 * @param oracle share of guests that are compared with the model, 0 to 1
 * @param capture what {@code replay} replays; empty: a shipped one
 */
public record Scenario(
    String name,
    String description,
    String text,
    long seed,
    int iommus,
    GuestShape shape,
    Map<Behaviour, Integer> mix,
    List<Phase> phases,
    List<Fault> faults,
    Thresholds thresholds,
    double oracle,
    Client client,
    String capture) {

  public Scenario {
    mix = Map.copyOf(mix);
    phases = List.copyOf(phases);
    faults = List.copyOf(faults);
  }

  /**
   * @param warmUp what happens here is reported but not judged
   */
  public record Phase(String name, Length length, Arrival arrival, boolean warmUp) {

    /** For another time, where it is time that ends it. */
    Phase lasting(Duration time) {
      boolean timed = length instanceof Length.Lasts && !warmUp;
      return timed ? new Phase(name, new Length.Lasts(time), arrival, false) : this;
    }
  }

  /** When a phase ends. */
  public sealed interface Length {

    /** After so much time. */
    record Lasts(Duration time) implements Length {}

    /** After so many requests. */
    record Requests(long count) implements Length {}

    /** When every guest has booted. */
    record Booted() implements Length {}

    /** When every fault was injected and undone, and every guest is served again. */
    record Calm() implements Length {}
  }

  /**
   * Something done to the fleet.
   *
   * @param at after the first phase that is no warm-up began, or after the calm behind the faults
   *     before it
   * @param inTurn when it is counted from that calm
   * @param node which node, from 1
   * @param lasts until it is undone; zero: it is not
   * @param command what is run for kind {@code command}; empty for others
   */
  public record Fault(
      Duration at, boolean inTurn, FaultKind kind, int node, Duration lasts, String command) {}

  /** What can be done to a fleet. */
  public enum FaultKind {
    /** SIGKILL, and a start after {@code lasts}. */
    KILL,
    /** SIGSTOP, and SIGCONT after {@code lasts}. */
    STOP,
    /** SIGTERM, and a start when it has ended. */
    RESTART,
    /** No packets between this node and the others. */
    PARTITION,
    /** Nothing that this node sends reaches the others; what they send reaches it. */
    ONE_WAY,
    /** The database of the journal is stopped, and started after {@code lasts}. */
    DATABASE,
    /** A command of the shell. */
    COMMAND;

    /** As scenarios call it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The other way. */
    static FaultKind labelled(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
  }

  /**
   * What is asked of the phases that are no warm-up. What is negative or empty is not asked.
   *
   * @param errorRate share of requests that were refused or of unknown outcome, 0 to 1
   * @param p99 by kind of request; {@code all} stands for each of them together
   * @param throughput requests answered in a second
   * @param recovery from a fault until everybody is served again
   * @param violations of invariants
   */
  public record Thresholds(
      double errorRate,
      Map<String, Duration> p99,
      double throughput,
      Duration recovery,
      int violations) {
    public static final double NO_RATE = -1;

    public Thresholds {
      p99 = Map.copyOf(p99);
    }
  }

  /**
   * How requests are sent.
   *
   * @param patience how long one request is repeated while no node answers
   * @param backlog most arrivals of an open model that may wait for their guests
   * @param connections to each target
   */
  public record Client(Duration patience, int backlog, int connections) {}

  /** The same for fewer or more guests, another seed, or another time. */
  public Scenario with(Overrides overrides) {
    return new Scenario(
        name,
        description,
        text,
        overrides.seed() == null ? seed : overrides.seed(),
        overrides.guests() == null ? iommus : overrides.guests(),
        shape,
        mix,
        overrides.duration() == null
            ? phases
            : phases.stream().map(it -> it.lasting(overrides.duration())).toList(),
        faults,
        thresholds,
        oracle,
        client,
        capture);
  }

  /** What a command line says otherwise; null: nothing. */
  public record Overrides(Long seed, Integer guests, Duration duration) {}
}
