package dev.iommufleet.load.engine;

import dev.iommufleet.load.scenario.Arrival;
import dev.iommufleet.load.scenario.Scenario;
import dev.iommufleet.load.scenario.Scenario.Length;
import dev.iommufleet.load.scenario.Scenario.Phase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** One phase: a drive, and somebody who looks at the clock. */
final class PhaseRun {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long LOOK_MILLIS = 20;
  private static final long GRACE_NANOS = 3 * SECOND;

  private final Phase phase;
  private final Violations violations;
  private final Progress progress;
  private final Meter meter = new Meter();
  private final Drive drive;
  private final BooleanSupplier calm;
  private volatile boolean interrupted;
  private volatile boolean over;

  /** {@code calm}: nothing is to go wrong any more, and nothing is. */
  PhaseRun(
      Phase phase,
      Scenario scenario,
      List<Slot> slots,
      BooleanSupplier calm,
      Violations violations,
      Progress progress) {
    this.calm = calm;
    this.phase = phase;
    this.violations = violations;
    this.progress = progress;
    Predicate<Slot> through =
        phase.length() instanceof Length.Booted ? Slot::isBooted : Slot::isFinished;
    long most = phase.length() instanceof Length.Requests it ? it.count() : Long.MAX_VALUE;
    long nanos = phase.length() instanceof Length.Lasts it ? it.time().toNanos() : Long.MAX_VALUE;
    var limits = new OpenDrive.Limits(most, nanos, scenario.client().backlog());
    long seed = scenario.seed() * 31 + phase.name().hashCode();
    drive =
        switch (phase.arrival()) {
          case Arrival.Closed it -> closed(slots, it, through, most);
          case Arrival.Open it -> new OpenDrive(slots, it.starts(seed), meter, through, limits);
        };
  }

  private Drive closed(
      List<Slot> slots, Arrival.Closed arrival, Predicate<Slot> through, long most) {
    boolean untilThrough = phase.length() instanceof Length.Booted;
    return new ClosedDrive(
        slots, arrival, meter, through, new ClosedDrive.Limits(most, untilThrough));
  }

  void interrupt() {
    interrupted = true;
  }

  /** {@code loadBegan} as {@link System#nanoTime} counts. */
  PhaseResult run(long loadBegan) throws InterruptedException {
    long began = System.nanoTime();
    var clock = Thread.ofPlatform().daemon().name("clock").start(() -> watch(loadBegan, began));
    try {
      drive.run();
    } finally {
      over = true;
      clock.join();
    }
    progress.phaseEnded();
    return meter.result(
        phase.name(), phase.warmUp(), (began - loadBegan) / 1e9, (System.nanoTime() - began) / 1e9);
  }

  /** Rows of the time line, the progress bar, the end of time, and the end that somebody wants. */
  private void watch(long loadBegan, long began) {
    long nextRow = began + SECOND;
    long lastRow = began;
    long answered = 0;
    long stoppedAt = 0;
    boolean aborted = false;
    try {
      while (!over) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        long now = System.nanoTime();
        if (stoppedAt == 0 && (interrupted || isOver(now - began))) {
          drive.stop();
          stoppedAt = now;
        }
        if (interrupted && !aborted && now - stoppedAt > GRACE_NANOS) {
          aborted = true;
          drive.abort();
        }
        if (now >= nextRow || over) {
          double rate = (meter.answered() - answered) * 1e9 / (now - lastRow);
          answered = meter.answered();
          lastRow = now;
          nextRow += SECOND;
          meter.second((now - loadBegan) / 1e9, rate);
          progress.look(look(now - began, rate));
        }
      }
    } catch (InterruptedException e) {
      drive.abort();
    }
  }

  private boolean isOver(long nanos) {
    return switch (phase.length()) {
      case Length.Lasts it -> nanos >= it.time().toNanos();
      case Length.Calm() -> calm.getAsBoolean();
      case Length.Requests _, Length.Booted() -> false;
    };
  }

  private Progress.Look look(long nanos, double rate) {
    double share =
        phase.length() instanceof Length.Lasts it
            ? Math.min(1, nanos / (double) it.time().toNanos())
            : drive.share();
    return new Progress.Look(
        phase.name(),
        Duration.ofNanos(nanos),
        share,
        drive.done(),
        rate,
        meter.errors() + meter.shedArrivals(),
        Duration.ofNanos(meter.takeWorst()),
        violations.count());
  }
}
