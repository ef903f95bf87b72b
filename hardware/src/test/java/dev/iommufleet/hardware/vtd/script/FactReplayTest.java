package dev.iommufleet.hardware.vtd.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs drawn at random; each failure names its seed and its last command. */
@DisplayName("facts say all that an operation changed")
class FactReplayTest {
  private static final int PROGRAMS = Integer.getInteger("random.programs", 20);
  private static final int COMMANDS = 150;

  private List<String> setup;
  private IommuConfig config;

  @ParameterizedTest(name = "{0}: {1} with {2}")
  @CsvSource({
    "architecture, device-tlb caching, legacy",
    "architecture, first-stage pasid device-tlb page-requests, first-stage",
    "architecture, scalable pasid device-tlb caching, second-stage",
    "architecture, first-stage pasid caching device-tlb page-requests, first-stage",
    "qemu-11.1, device-tlb caching, legacy",
    "qemu-11.1, first-stage pasid device-tlb page-requests, first-stage",
    "qemu-11.1, scalable pasid device-tlb caching, second-stage",
    "qemu-11.1, first-stage pasid caching device-tlb page-requests, first-stage"
  })
  @DisplayName("a unit built from them, or from its description, is the same and goes on the same")
  void replayed(String profile, String capabilities, String tables) throws IOException {
    prepare(profile, capabilities, tables);
    var met = new TreeMap<String, Integer>();
    for (long seed = 1; seed <= PROGRAMS; seed++) {
      System.out.println(profile + " " + tables + " seed " + seed);
      run(seed, met);
    }

    assertTrue(met.size() >= 22, "kinds of facts met: " + met);
  }

  private void prepare(String profile, String capabilities, String tables) throws IOException {
    config =
        Header.config(
            List.of(
                new Script.Line(0, "profile " + profile),
                new Script.Line(0, "caps " + capabilities),
                new Script.Line(0, "iotlb 8")));
    setup = new ArrayList<>();
    if (!tables.equals("legacy")) {
      setup.addAll(ScriptFiles.setup("scalable-contexts"));
    }
    setup.addAll(ScriptFiles.setup(tables));
    setup.addAll(ScriptFiles.setup("interrupts"));
    setup.add("queue 30000 0 " + (tables.equals("legacy") ? "narrow" : "wide") + " 82000000");
    setup.add("attach 10 slow");
    setup.add("mem 80050 20000310001 40010");
  }

  private void run(long seed, Map<String, Integer> met) {
    var random = new Random(seed);
    var commands = new RandomCommands(random);
    var reader = new CommandReader();
    var facts = new ArrayList<Fact>();
    var live = new Iommu(config);
    for (String line : setup) {
      reader.read(line).forEach(operation -> live.execute(operation, facts::add));
    }

    List<Iommu> twins = List.of();
    for (int i = 0; i < COMMANDS; i++) {
      String line = i % 8 == 0 ? setup.get(random.nextInt(setup.size())) : commands.next();
      if (i % 30 == 29) {
        repair(reader, live, twins, facts);
      }
      String where = "seed " + seed + " command " + i + ": " + line;
      twins = random.nextInt(10) == 0 ? twins(live, facts, where) : twins;
      for (Operation operation : reader.read(line)) {
        execute(operation, live, twins, facts, where);
      }
    }
    twins(live, facts, "seed " + seed + " at its end");
    facts.forEach(fact -> met.merge(fact.getClass().getSimpleName(), 1, Integer::sum));
  }

  /** What the program broke is as at its start, so that there is something to translate. */
  private void repair(CommandReader reader, Iommu live, List<Iommu> twins, List<Fact> facts) {
    for (String line : setup) {
      reader.read(line).forEach(o -> execute(o, live, twins, facts, "repair: " + line));
    }
  }

  /** One from every fact so far, one from the live unit's description of itself. */
  private List<Iommu> twins(Iommu live, List<Fact> facts, String where) {
    var replayed = new Iommu(config);
    facts.forEach(replayed::apply);
    assertSame(live, replayed, where + ", from facts");
    var described = new Iommu(config);
    live.describe(described::apply);
    assertEquals(live.stateHash(), described.stateHash(), where + ", described without caches");
    live.describeSoft(described::apply);
    assertSame(live, described, where + ", described");
    var forked = live.fork();
    assertSame(live, forked, where + ", forked");
    return List.of(replayed, described, forked);
  }

  private void execute(
      Operation operation, Iommu live, List<Iommu> twins, List<Fact> facts, String where) {
    var own = new ArrayList<Fact>();
    var outcome = OutcomePrinter.reply(live.execute(operation, own::add));
    for (Iommu twin : twins) {
      var others = new ArrayList<Fact>();
      assertEquals(outcome, OutcomePrinter.reply(twin.execute(operation, others::add)), where);
      assertEquals(lines(own), lines(others), where);
      assertSame(live, twin, where);
    }
    facts.addAll(own);
  }

  private static List<String> lines(List<Fact> facts) {
    return facts.stream().flatMap(fact -> OutcomePrinter.fact(fact).stream()).toList();
  }

  private static void assertSame(Iommu one, Iommu other, String where) {
    assertEquals(one.stateHash(), other.stateHash(), where + ": lasting state");
    assertEquals(one.softHash(), other.softHash(), where + ": caches");
    assertEquals(one.progress(), other.progress(), where + ": progress");
  }
}
