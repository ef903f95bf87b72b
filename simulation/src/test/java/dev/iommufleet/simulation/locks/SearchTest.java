package dev.iommufleet.simulation.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.iommufleet.simulation.locks.Op.Kind;
import dev.iommufleet.simulation.locks.Program.Thing;
import dev.iommufleet.simulation.locks.Program.Thread;
import dev.iommufleet.simulation.locks.Search.Found;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The search over threads and locks")
class SearchTest {
  private static final int L = 0;
  private static final int M = 1;
  private static final int LIST = 0;
  private static final int COUNTER = 0;

  private static Op op(Kind kind, int target) {
    return new Op(kind, target, null, null, kind.name());
  }

  private static Program program(Thread... threads) {
    return new Program(
        List.of(threads),
        List.of(new Thing("L"), new Thing("M")),
        List.of(new Thing("the list")),
        4);
  }

  private static Thread thread(String name, Op... ops) {
    return new Thread(name, List.of(ops), false);
  }

  private static Search.Result run(Program program) {
    return new Search(program, new Machine(program)).run();
  }

  @Test
  @DisplayName("two locks taken crosswise: a deadlock after two steps")
  void crossed() {
    var program =
        program(
            thread("a", op(Kind.TAKE, L), op(Kind.TAKE, M), op(Kind.GIVE, M), op(Kind.GIVE, L)),
            thread("b", op(Kind.TAKE, M), op(Kind.TAKE, L), op(Kind.GIVE, L), op(Kind.GIVE, M)));

    List<Found> found = run(program).found();

    assertEquals(1, found.size());
    assertEquals(Verdict.DEADLOCK, found.getFirst().hazard().verdict());
    assertEquals("L and M", found.getFirst().hazard().kind());
    assertEquals(
        "deadlock: a holds L and waits where it TAKE; b holds M and waits where it TAKE",
        found.getFirst().hazard().what());
    assertEquals(List.of(0, 1), found.getFirst().schedule());
  }

  @Test
  @DisplayName("the same order in both: safe, and every state is visited once")
  void sameOrder() {
    Op[] ops = {op(Kind.TAKE, L), op(Kind.TAKE, M), op(Kind.GIVE, M), op(Kind.GIVE, L)};

    var result = run(program(thread("a", ops), thread("b", ops)));

    assertEquals(List.of(), result.found());
    // One of them is outside (at 0 or at 4) whenever the other is between: 5*5 - 3*3.
    assertEquals(16, result.states());
  }

  @Test
  @DisplayName("a cycle of three threads that leaves a fourth running")
  void threeInACircle() {
    var program =
        new Program(
            List.of(
                thread("a", op(Kind.TAKE, 0), op(Kind.TAKE, 1)),
                thread("b", op(Kind.TAKE, 1), op(Kind.TAKE, 2)),
                thread("c", op(Kind.TAKE, 2), op(Kind.TAKE, 0)),
                thread("d", op(Kind.ACT, 0), op(Kind.ACT, 0))),
            List.of(new Thing("L"), new Thing("M"), new Thing("N")),
            List.of(),
            0);

    Found shortest = run(program).found().getFirst();

    assertEquals("L and M and N", shortest.hazard().kind());
    assertEquals(List.of(0, 1, 2), shortest.schedule());
  }

  @Test
  @DisplayName("a lock that its owner takes again: a deadlock of one")
  void again() {
    var program = program(thread("a", op(Kind.TAKE, L), op(Kind.TAKE, L)));

    Found only = run(program).found().getFirst();

    assertEquals(
        "deadlock: a holds L and waits where it TAKE", only.hazard().what(), "C3: a callback");
    assertEquals(List.of(0), only.schedule());
  }

  @Test
  @DisplayName("a change while another walks: a race; with a lock in both it is none")
  void walk() {
    Op[] walk = {op(Kind.WALK, LIST), op(Kind.LEAVE, LIST)};
    Op[] lockedWalk = {op(Kind.TAKE, L), walk[0], walk[1], op(Kind.GIVE, L)};
    Op[] lockedChange = {op(Kind.TAKE, L), op(Kind.CHANGE, LIST), op(Kind.GIVE, L)};

    Found race = run(program(thread("a", walk), thread("b", lockedChange))).found().getFirst();

    assertEquals(
        "race: b CHANGE while a walks over the list, and no lock keeps them apart",
        race.hazard().what());
    assertEquals(List.of(0, 1, 1), race.schedule());
    assertEquals(
        List.of(), run(program(thread("a", lockedWalk), thread("b", lockedChange))).found());
  }

  @Test
  @DisplayName("whoever relied on what changed is misled; a change before it is none")
  void misled() {
    var torn = new Hazard(Verdict.TORN, "list", "torn");
    var uses = new Op(Kind.LEAVE, LIST, null, (m, t) -> m.misled(t, LIST) ? torn : null, "uses");
    var program =
        program(thread("a", op(Kind.RELY, LIST), uses), thread("b", op(Kind.CHANGE, LIST)));

    assertEquals(List.of(new Found(torn, List.of(0, 1, 0))), run(program).found());
  }

  @Test
  @DisplayName("an update between read and write of another is lost, and found with values")
  void lostUpdate() {
    Thread a = thread("a", read(1), write(1));
    Thread b = thread("b", read(2), write(2));

    Found lost = run(program(a, b)).found().getFirst();

    assertEquals("counter", lost.hazard().kind());
    assertEquals(4, lost.schedule().size());
  }

  private static Op read(int register) {
    return new Op(
        Kind.ACT,
        0,
        null,
        (m, _) -> {
          m.set(register, m.get(COUNTER));
          return null;
        },
        "reads");
  }

  private static Op write(int register) {
    return new Op(
        Kind.ACT,
        0,
        null,
        (m, _) -> {
          boolean same = m.get(COUNTER) == m.get(register);
          m.set(COUNTER, m.get(register) + 1);
          return same ? null : new Hazard(Verdict.RACE, "counter", "race: lost");
        },
        "writes");
  }

  @Test
  @DisplayName("a wait that nobody ends is a deadlock, unless its thread may stop")
  void waits() {
    var wait = new Op(Kind.WAIT, 0, (m, _) -> m.get(COUNTER) == 7, null, "waits for 7");

    assertEquals(
        "deadlock: a for ever waits for 7",
        run(program(thread("a", wait))).found().getFirst().hazard().what());
    assertEquals(List.of(), run(program(new Thread("timer", List.of(wait), true))).found());
  }

  @Test
  @DisplayName("a jump belongs to the step before it")
  void jump() {
    var sets =
        new Op(
            Kind.ACT,
            0,
            null,
            (m, _) -> {
              m.set(COUNTER, 1);
              return null;
            },
            "sets");
    var skip = new Op(Kind.JUMP, 3, (m, _) -> m.get(COUNTER) == 1, null, "skips");
    var wait = new Op(Kind.WAIT, 0, (_, _) -> false, null, "waits");

    var result = run(program(thread("a", sets, skip, wait)));

    assertEquals(List.of(), result.found());
    assertEquals(2, result.states());
  }

  @Test
  @DisplayName("giving away what is another's is a mistake of the program")
  void notTheOwner() {
    var program = program(thread("a", op(Kind.GIVE, L)));

    assertThrows(IllegalStateException.class, () -> run(program));
  }
}
