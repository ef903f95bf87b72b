package dev.iommufleet.simulation.locks;

import dev.iommufleet.simulation.locks.Op.Condition;
import dev.iommufleet.simulation.locks.Op.Effect;
import dev.iommufleet.simulation.locks.Op.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Writes down what a thread does, with the locks that a discipline demands. */
final class Code {
  private final Shared shared;
  private final Discipline discipline;
  private final List<Op> ops = new ArrayList<>();
  private final Deque<Held> held = new ArrayDeque<>();
  private int begun;

  /** {@code device}: who asked, where the lock is a device's. */
  private record Held(LockName name, int device) {}

  Code(Shared shared, Discipline discipline) {
    this.shared = shared;
    this.discipline = discipline;
  }

  List<Op> ops() {
    if (!held.isEmpty()) {
      throw new IllegalStateException("a thread ends with " + held);
    }
    return List.copyOf(ops);
  }

  Shared shared() {
    return shared;
  }

  Discipline discipline() {
    return discipline;
  }

  // ---- locks ----

  /** The body with the locks of a place; {@code device}: whose lock is meant there. */
  void at(Place place, int device, String why, Runnable body) {
    var taken = new ArrayDeque<Held>();
    for (LockName name : discipline.at(place)) {
      var lock = new Held(name, name == LockName.DEVICE ? device : -1);
      if (name != LockName.GLOBAL || !held.contains(lock)) {
        take(lock, why);
        taken.push(lock);
      }
    }
    body.run();
    taken.forEach(this::give);
  }

  void at(Place place, String why, Runnable body) {
    at(place, -1, why, body);
  }

  /** The body without the locks of a device's state, which are taken again behind it. */
  void without(int device, String why, Runnable body) {
    List<Held> away =
        discipline.at(Place.DEVICE).stream()
            .map(name -> new Held(name, name == LockName.DEVICE ? device : -1))
            .toList();
    away.reversed().forEach(this::give);
    body.run();
    away.forEach(lock -> take(lock, why));
  }

  private void take(Held lock, String why) {
    held.push(lock);
    add(Kind.TAKE, number(lock), null, "takes " + text(lock) + " " + why);
  }

  private void give(Held lock) {
    held.remove(lock);
    add(Kind.GIVE, number(lock), null, "gives " + text(lock) + " back");
  }

  private int number(Held lock) {
    return shared.lock(lock.name(), lock.device());
  }

  private String text(Held lock) {
    return lock.name().text(lock.device() < 0 ? "" : shared.name(lock.device()));
  }

  // ---- steps ----

  private void add(Kind kind, int target, Effect effect, String text) {
    ops.add(new Op(kind, target, null, effect, text));
  }

  void walk(int object, String text) {
    add(Kind.WALK, object, null, text);
  }

  void rely(int object, Effect effect, String text) {
    add(Kind.RELY, object, effect, text);
  }

  void leave(int object, Effect effect, String text) {
    add(Kind.LEAVE, object, effect, text);
  }

  void change(int object, Effect effect, String text) {
    add(Kind.CHANGE, object, effect, text);
  }

  void act(Effect effect, String text) {
    add(Kind.ACT, 0, effect, text);
  }

  void await(Condition condition, Effect effect, String text) {
    ops.add(new Op(Kind.WAIT, 0, condition, effect, text));
  }

  /** A step of the scenario begins here. */
  void begin() {
    begun = ops.size();
  }

  /**
   * The body, unless the condition holds when the step before is over. At the beginning of a step
   * of the scenario the look is a step of its own: what went before has nothing to do with it.
   */
  void unless(Condition condition, Runnable body) {
    if (ops.size() == begun) {
      act(null, "looks");
    }
    int jump = ops.size();
    ops.add(null);
    body.run();
    ops.set(jump, new Op(Kind.JUMP, ops.size(), condition, null, "goes on"));
  }
}
