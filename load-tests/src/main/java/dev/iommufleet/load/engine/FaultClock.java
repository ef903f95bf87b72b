package dev.iommufleet.load.engine;

import dev.iommufleet.load.scenario.Scenario.Fault;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Does what a scenario's fault schedule says, and measures how long guests were not served. A guest
 * is not served while a request of it takes longer than a second.
 */
final class FaultClock {
  private static final long LOOK_MILLIS = 20;
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** Where what the clock does is seen. */
  record Place(Faults faults, Trail trail, Progress progress, List<Slot> slots) {}

  private static final class Running {
    private final Fault fault;
    private final long number;
    private final long atNanos;
    private final double atSeconds;
    private Faults.Undo undo;
    private double healedSeconds = -1;
    private long healedNanos;
    private long lastSlowNanos;
    private boolean recovered;

    Running(Fault fault, long number, long atNanos, double atSeconds) {
      this.fault = fault;
      this.number = number;
      this.atNanos = atNanos;
      this.atSeconds = atSeconds;
      lastSlowNanos = atNanos;
    }
  }

  private final Place place;
  private final long loadBegan;
  private final List<Fault> pending = new ArrayList<>();
  private final List<Running> running = new ArrayList<>();
  private final Thread thread;
  private long judgedSince = Long.MAX_VALUE;
  private long calmSince = Long.MIN_VALUE;
  private volatile boolean started;
  private volatile boolean ended;
  private volatile boolean over;
  private volatile String failure;

  FaultClock(Place place, List<Fault> faults, long loadBegan) {
    this.place = place;
    this.loadBegan = loadBegan;
    pending.addAll(faults);
    if (faults.stream().noneMatch(Fault::inTurn)) {
      pending.sort(Comparator.comparing(Fault::at));
    }
    over = faults.isEmpty();
    thread = Thread.ofPlatform().daemon().name("faults").unstarted(this::work);
  }

  /** The first phase that is no warm-up begins. */
  void start() {
    if (!started && !pending.isEmpty()) {
      started = true;
      judgedSince = System.nanoTime();
      thread.start();
    }
  }

  /** All that was done is undone; who is not served is waited for, {@code most} long. */
  List<FaultResult> end(Duration most) throws InterruptedException {
    ended = true;
    if (started) {
      thread.join(most);
    }
    synchronized (running) {
      return running.stream().map(this::result).toList();
    }
  }

  /** Every fault was injected and undone, and every guest is served again. */
  boolean isOver() {
    return over;
  }

  /** Why the clock stopped early; null: it did not. */
  String failure() {
    return failure;
  }

  private FaultResult result(Running it) {
    var without = Duration.ofNanos(it.lastSlowNanos - it.atNanos);
    return new FaultResult(it.fault, it.atSeconds, it.healedSeconds, it.recovered ? without : null);
  }

  private void work() {
    try {
      while (!ended || !isCalm()) {
        long now = System.nanoTime();
        while (!ended && !pending.isEmpty() && isDue(pending.getFirst(), now)) {
          inject(pending.removeFirst());
        }
        undo(now);
        look(System.nanoTime());
        over = pending.isEmpty() && isCalm() && place.faults.whole();
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      failure = "interrupted";
    } catch (IOException e) {
      over = true;
      failure = e.getMessage();
      place.progress.line("a fault could not be injected or undone: " + failure);
    }
  }

  /** What comes in turn counts from the moment at which all was well again. */
  private boolean isDue(Fault fault, long now) {
    if (!fault.inTurn()) {
      return now - judgedSince >= fault.at().toNanos();
    }
    if (!isCalm() || !place.faults.whole()) {
      calmSince = now;
    }
    return now - Math.max(calmSince, judgedSince) >= fault.at().toNanos();
  }

  private boolean isCalm() {
    synchronized (running) {
      return running.stream().allMatch(it -> it.recovered && it.undo == null);
    }
  }

  private void inject(Fault fault) throws IOException, InterruptedException {
    long number = place.trail.fault(fault);
    long now = System.nanoTime();
    var it = new Running(fault, number, now, (now - loadBegan) / 1e9);
    place.progress.line(
        "%.1f s: %s of node %d".formatted(it.atSeconds, label(fault), fault.node()));
    it.undo = place.faults.inject(fault);
    if (fault.lasts().isZero()) {
      healed(it);
    }
    synchronized (running) {
      running.add(it);
    }
  }

  private static String label(Fault fault) {
    return fault.kind().label();
  }

  private void undo(long now) throws IOException, InterruptedException {
    for (Running it : List.copyOf(running)) {
      if (it.undo != null && (ended || now - it.atNanos >= it.fault.lasts().toNanos())) {
        it.undo.run();
        healed(it);
        place.progress.line(
            "%.1f s: %s of node %d undone"
                .formatted(it.healedSeconds, label(it.fault), it.fault.node()));
      }
    }
  }

  private void healed(Running it) {
    it.undo = null;
    it.healedNanos = System.nanoTime();
    it.healedSeconds = (it.healedNanos - loadBegan) / 1e9;
    place.trail.healed(it.number);
  }

  private void look(long now) {
    if (running.stream().allMatch(it -> it.recovered)) {
      return;
    }
    boolean slow = place.slots.stream().anyMatch(it -> isSlow(it.waitingSince(), now));
    for (Running it : running) {
      if (slow && !it.recovered) {
        it.lastSlowNanos = now;
      }
      boolean calm = !it.recovered && it.undo == null && now - it.lastSlowNanos > CALM_NANOS;
      if (calm && now - it.healedNanos > CALM_NANOS) {
        it.recovered = true;
        var without = Duration.ofNanos(it.lastSlowNanos - it.atNanos);
        place.trail.recovered(it.number, without);
        place.progress.line(
            "served again; without service for %.2f s after %s of node %d"
                .formatted(without.toNanos() / 1e9, label(it.fault), it.fault.node()));
      }
    }
  }

  private static boolean isSlow(long since, long now) {
    return since != 0 && now - since > SLOW_NANOS;
  }
}
