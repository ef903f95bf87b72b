package dev.iommufleet.load.guest;

import java.util.ArrayDeque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A guest, as a generator: {@link #next} gives a request, {@link #answered} moves it on. What it
 * does follows from its shape, its number, the seed and the answers alone. One thread at a time.
 */
public final class Guest {
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  private final Life life;
  private final ArrayDeque<Supplier<Task>> tasks = new ArrayDeque<>();
  private Task underWay;
  private boolean began;
  private boolean booted;

  /** A request with what looks at its answer. */
  interface Task {
    Step step();

    List<Finding> answered(Answer answer);
  }

  /** Gives a guest more to do whenever it has done everything. */
  interface Life {

    /** From nothing to a system that runs. */
    void boot(Guest guest);

    /** The next piece of its life; adds no task when there is no more. */
    void goOn(Guest guest);
  }

  private Guest(Life life) {
    this.life = life;
  }

  /**
   * @param number of the guest in its fleet, from 0
   * @param capture what {@link Behaviour#REPLAY} replays; null: nothing
   */
  public static Guest of(
      GuestShape shape, Behaviour behaviour, int number, long seed, Recording capture) {
    var random = new SplittableRandom(seed + GOLDEN * (number + 1));
    return new Guest(
        switch (behaviour) {
          case REPLAY -> new ReplayLife(capture);
          case BOOT_STORM, STEADY_STRICT, STEADY_LAZY, SVA_STORM, HOTPLUG_CHURN, TEARDOWN_STORM ->
              new LinuxLife(shape, behaviour, random);
        });
  }

  /** The next request; null: there is none, now and ever. */
  public Step next() {
    if (underWay != null) {
      throw new IllegalStateException(underWay.step().kind() + " was not answered");
    }
    if (tasks.isEmpty()) {
      if (began) {
        life.goOn(this);
      } else {
        began = true;
        life.boot(this);
      }
    }
    if (tasks.isEmpty()) {
      return null;
    }
    underWay = tasks.remove().get();
    return underWay.step();
  }

  /** Whether it runs: the last request of its boot was answered. */
  public boolean isBooted() {
    return booted;
  }

  /** Whether it is between two things: nothing that was begun is open. */
  public boolean isSettled() {
    return tasks.isEmpty() && underWay == null;
  }

  /** What is wrong with the answer to what {@link #next} gave; empty: nothing. */
  public List<Finding> answered(Answer answer) {
    var done = underWay;
    underWay = null;
    booted |= tasks.isEmpty();
    return done.answered(answer);
  }

  // ---- for lives ---------------------------------------------------------------------------

  /** Later, a request that is made then. */
  void add(Supplier<Task> task) {
    tasks.add(task);
  }

  /** Later, a batch that is filled then. */
  void batch(String kind, Consumer<Batch> filler) {
    tasks.add(
        () -> {
          var batch = new Batch(kind);
          filler.accept(batch);
          var step = batch.step();
          return new Task() {
            @Override
            public Step step() {
              return step;
            }

            @Override
            public List<Finding> answered(Answer answer) {
              return batch.check(((Answer.Ran) answer).replies());
            }
          };
        });
  }

  /** Later, something else than a batch. */
  void step(Step step) {
    tasks.add(
        () ->
            new Task() {
              @Override
              public Step step() {
                return step;
              }

              @Override
              public List<Finding> answered(Answer answer) {
                return List.of();
              }
            });
  }

  /** Later, a read by a host device; it has to succeed. */
  void copy(String kind, int source, LongSupplier iova, int length) {
    tasks.add(
        () -> {
          var step = new Step.Copy(kind, source, iova.getAsLong(), length, null);
          return new Task() {
            @Override
            public Step step() {
              return step;
            }

            @Override
            public List<Finding> answered(Answer answer) {
              boolean ok = answer instanceof Answer.Copied it && it.ok();
              return ok
                  ? List.of()
                  : List.of(
                      new Finding(
                          Finding.STALE,
                          "%s of %#x, which is mapped, failed".formatted(kind, step.iova())));
            }
          };
        });
  }
}
