package dev.iommufleet.load.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.vtd.Capabilities;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Profile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("guests against the model")
class GuestTest {
  private static final int STEPS = 600;
  private static final long SEED = 42;

  static GuestShape shape(GuestShape.Mode mode, Profile profile, boolean cachingMode) {
    boolean scalable = mode != GuestShape.Mode.LEGACY;
    boolean firstStage = mode == GuestShape.Mode.FIRST_STAGE;
    var capabilities =
        new Capabilities(
            48,
            cachingMode,
            scalable,
            firstStage,
            false,
            scalable ? 8 : 0,
            firstStage,
            false,
            true,
            true,
            true,
            true,
            false);
    return new GuestShape(
        IommuConfig.of(profile, capabilities), mode, 2, scalable ? 3 : 0, 16, true);
  }

  static Stream<Arguments> lives() {
    var all = new ArrayList<Arguments>();
    for (var mode : GuestShape.Mode.values()) {
      for (var profile : Profile.values()) {
        for (var behaviour : Behaviour.values()) {
          boolean possible =
              behaviour != Behaviour.REPLAY
                  && (!behaviour.needsPageRequests() || mode == GuestShape.Mode.FIRST_STAGE);
          if (possible) {
            all.add(Arguments.of(mode, profile, behaviour, false));
            all.add(Arguments.of(mode, profile, behaviour, true));
          }
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0}, {1}, {2}, caching mode {3}")
  @MethodSource("lives")
  @DisplayName("a guest meets no fault, no queue error, and all that it expects")
  void nothingIsWrong(
      GuestShape.Mode mode, Profile profile, Behaviour behaviour, boolean cachingMode) {
    var wrong = new ArrayList<Fact>();
    var machine =
        new ModelMachine(
            fact -> {
              boolean fault =
                  fact instanceof Fact.FaultDetected it
                      && it.outcome() == Fact.FaultOutcome.REPORTED;
              if (fault || fact instanceof Fact.QueueErrorRaised) {
                wrong.add(fact);
              }
            });
    var guest = Guest.of(shape(mode, profile, cachingMode), behaviour, 3, SEED, null);

    var findings = live(guest, machine, STEPS, UnaryOperator.identity());

    assertEquals(List.of(), wrong);
    assertEquals(List.of(), findings);
    assertTrue(guest.isBooted());
  }

  /** {@code spoiled}: what becomes of each operation on its way; null: it is lost. */
  private static List<Finding> live(
      Guest guest, ModelMachine machine, int steps, UnaryOperator<Operation> spoiled) {
    var findings = new ArrayList<Finding>();
    for (int i = 0; i < steps; i++) {
      var step = guest.next();
      if (step == null) {
        break;
      }
      var sent = step;
      if (step instanceof Step.Run it) {
        var operations = it.operations().stream().map(spoiled).toList();
        sent = new Step.Run(it.kind(), operations, it.awaits(), it.claims());
      }
      findings.addAll(guest.answered(machine.execute(sent)));
    }
    return findings;
  }

  @Test
  @DisplayName("an invalidation that is lost is found: the page is still translated")
  void staleTranslationIsFound() {
    var shape = shape(GuestShape.Mode.FIRST_STAGE, Profile.ARCHITECTURE, true);
    var guest = Guest.of(shape, Behaviour.STEADY_STRICT, 0, SEED, null);

    var findings = live(guest, new ModelMachine(), STEPS, GuestTest::withoutFlushes);

    assertTrue(findings.stream().anyMatch(it -> it.rule().equals("I1")), findings::toString);
  }

  /** IOTLB invalidations, PASID-based, become device-TLB invalidations of a page nobody has. */
  private static Operation withoutFlushes(Operation operation) {
    if (!(operation instanceof Operation.WriteMemory it)
        || it.address() < InvalidationRing.BASE
        || it.address() >= InvalidationRing.BASE + 0x2000
        || (it.data()[0] & 0x3F) != 0x36) {
      return operation;
    }
    var data = it.data().clone();
    data[4] ^= 0x40; // PASID bit 6: another one.
    return new Operation.WriteMemory(it.address(), data);
  }

  @Test
  @DisplayName("a doorbell that is lost is found: the wait does not complete")
  void lostWaitIsFound() {
    var shape = shape(GuestShape.Mode.SECOND_STAGE, Profile.ARCHITECTURE, false);
    var guest = Guest.of(shape, Behaviour.STEADY_STRICT, 0, SEED, null);

    var findings =
        live(
            guest,
            new ModelMachine(),
            60,
            it ->
                it instanceof Operation.WriteRegister write && write.offset() == 0x88
                    ? new Operation.WriteRegister(0x88, 4, 0)
                    : it);

    assertTrue(findings.stream().anyMatch(it -> it.rule().equals("I2")), findings::toString);
  }

  @Test
  @DisplayName("a boot-storm guest boots and has nothing more to do")
  void bootStormEnds() {
    var shape = shape(GuestShape.Mode.FIRST_STAGE, Profile.ARCHITECTURE, false);
    var guest = Guest.of(shape, Behaviour.BOOT_STORM, 0, SEED, null);
    var machine = new ModelMachine();
    assertFalse(guest.isBooted());

    live(guest, machine, STEPS, UnaryOperator.identity());

    assertTrue(guest.isBooted());
    assertNull(guest.next());
    // RTPS, TES, QIES, IRES, IRTPS.
    assertEquals(0xC700_0000, machine.iommu().view().register(0x1C));
  }

  @Test
  @DisplayName("the same seed and number give the same requests, another seed others")
  void deterministic() {
    assertEquals(hash(SEED, 1), hash(SEED, 1));
    assertNotEquals(hash(SEED, 1), hash(SEED + 1, 1));
    assertNotEquals(hash(SEED, 1), hash(SEED, 2));
  }

  private static long hash(long seed, int number) {
    var shape = shape(GuestShape.Mode.FIRST_STAGE, Profile.ARCHITECTURE, false);
    var guest = Guest.of(shape, Behaviour.SVA_STORM, number, seed, null);
    var machine = new ModelMachine();
    var hash = new StepHash();
    for (int i = 0; i < 100; i++) {
      var step = guest.next();
      hash.add(step);
      guest.answered(machine.execute(step));
    }
    return hash.value();
  }

  @Test
  @DisplayName("a capture is replayed, and begins anew on another IOMMU")
  void replays() throws IOException {
    var recording = Recordings.open("directed-pri");
    assertFalse(recording.operations().isEmpty());
    var guest = Guest.of(null, Behaviour.REPLAY, 0, SEED, recording);
    var machine = new ModelMachine();
    int created = 0;
    for (int i = 0; created < 3; i++) {
      var step = guest.next();
      created += step instanceof Step.Create ? 1 : 0;
      assertEquals(List.of(), guest.answered(machine.execute(step)), "step " + i);
    }
    assertTrue(guest.isBooted());
  }

  @Test
  @DisplayName("the model's answers are told from others")
  void comparison() {
    var shape = shape(GuestShape.Mode.FIRST_STAGE, Profile.ARCHITECTURE, false);
    var guest = Guest.of(shape, Behaviour.STEADY_STRICT, 0, SEED, null);
    var machine = new ModelMachine();
    var other = new ModelMachine();
    var found = new ArrayList<Finding>();
    for (int i = 0; i < 40; i++) {
      var step = guest.next();
      var expected = machine.execute(step);
      var spoiled =
          step instanceof Step.Run it
              ? new Step.Run(
                  it.kind(),
                  it.operations().stream().map(GuestTest::elsewhere).toList(),
                  it.awaits(),
                  it.claims())
              : step;
      found.addAll(ModelMachine.compare(step, expected, other.execute(spoiled)));
      guest.answered(expected);
    }
    assertTrue(found.stream().allMatch(it -> it.rule().equals("oracle")));
    assertFalse(found.isEmpty());
    assertNotEquals(machine.stateHash(), other.stateHash());
  }

  /** Register reads become reads of the version. */
  private static Operation elsewhere(Operation operation) {
    return operation instanceof Operation.WriteRegister it && it.offset() == 0x3C
        ? new Operation.WriteRegister(0x3C, 4, it.value() ^ 1)
        : operation instanceof Operation.ReadRegister it && it.offset() == 0x1C
            ? new Operation.ReadRegister(0, 4)
            : operation;
  }
}
