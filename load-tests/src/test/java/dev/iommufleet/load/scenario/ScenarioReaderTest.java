package dev.iommufleet.load.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.load.guest.Behaviour;
import dev.iommufleet.load.guest.GuestShape;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("scenarios in YAML")
class ScenarioReaderTest {
  private static final ScenarioReader READER = new ScenarioReader();

  private static final String EVERYTHING =
      """
      name: all
      seed: 9
      topology:
        iommus: 3
        devices: 4
        pasids: 5
        pages: 6
        profile: qemu-11.1
        mode: second-stage
        ats: false
        capabilities: {cachingMode: true, pasidBits: 12, interruptRemapping: false}
        limits: {iotlbEntries: 64, memoryPages: 128}
      mix: {steady-strict: 2, teardown-storm: 1}
      phases:
        - {name: a, until: booted, warmUp: true, arrival: {model: closed, think: 5ms}}
        - {name: b, duration: 1.5s, arrival: {model: ramp, from: 1, to: 2, over: 1m}}
        - {name: c, requests: 10, arrival: {model: burst, size: 5, every: 250us}}
      faults:
        - {at: 1s, kind: stop, node: 2, for: 30s}
        - {at: 2s, kind: command, command: "true"}
      thresholds: {errorRate: 0.5, p99: {map: 1ms}, throughput: 2, recovery: 3s, violations: 4}
      oracle: 0.25
      client: {patience: 5s, backlog: 6, connections: 7}
      """;

  static List<String> shipped() {
    return ShippedScenarios.names();
  }

  @ParameterizedTest
  @MethodSource("shipped")
  @DisplayName("a shipped scenario can be used, and is called as its file")
  void shippedOnes(String name) throws ScenarioException {
    var scenario = READER.find(name);

    assertEquals(name, scenario.name());
    assertTrue(!scenario.description().isEmpty());
  }

  @Test
  @DisplayName("everything that can be said is understood")
  void everything() throws ScenarioException {
    var scenario = READER.parse("all.yaml", EVERYTHING);

    assertEquals(GuestShape.Mode.SECOND_STAGE, scenario.shape().mode());
    assertEquals(4, scenario.shape().functions());
    assertEquals(64, scenario.shape().config().limits().iotlbEntries());
    assertTrue(scenario.shape().config().capabilities().cachingMode());
    assertEquals(Map.of(Behaviour.STEADY_STRICT, 2, Behaviour.TEARDOWN_STORM, 1), scenario.mix());
    assertEquals(Duration.ofSeconds(30), scenario.faults().getFirst().lasts());
    assertEquals(
        new Scenario.Thresholds(
            0.5, Map.of("map", Duration.ofMillis(1)), 2, Duration.ofSeconds(3), 4),
        scenario.thresholds());
    assertEquals(new Scenario.Client(Duration.ofSeconds(5), 6, 7), scenario.client());
  }

  @Test
  @DisplayName("phases end and arrivals come as they say")
  void phases() throws ScenarioException {
    var scenario = READER.parse("all.yaml", EVERYTHING);

    assertEquals(
        List.of(
            new Scenario.Phase(
                "a",
                new Scenario.Length.Booted(),
                new Arrival.Closed(0, Duration.ofMillis(5)),
                true),
            new Scenario.Phase(
                "b",
                new Scenario.Length.Lasts(Duration.ofMillis(1_500)),
                new Arrival.Ramp(1, 2, Duration.ofMinutes(1)),
                false),
            new Scenario.Phase(
                "c",
                new Scenario.Length.Requests(10),
                new Arrival.Burst(5, Duration.ofNanos(250_000)),
                false)),
        scenario.phases());
  }

  private static List<String> problems(String text) {
    return assertThrows(ScenarioException.class, () -> READER.parse("t.yaml", text)).problems();
  }

  private static String with(String line) {
    return """
    name: x
    topology: {iommus: 1}
    mix: {steady-strict: 1}
    phases:
      - name: p
        duration: 5s
    """
        + line;
  }

  @Test
  @DisplayName("a refusal names the line, the place, what is wrong and what is allowed")
  void refusals() {
    assertEquals(
        List.of(
            "line 7, $.oracle: must have a maximum value of 1 (Share of guests whose answers are"
                + " compared with the model in this process, 0 to 1. 1 if it is left out.)"),
        problems(with("oracle: 2\n")));
    var unknown = problems(with("thresholds: {p95: 1s}\n")).getFirst();
    assertTrue(unknown.startsWith("line 7, $.thresholds: property 'p95' is not defined"), unknown);
    assertTrue(
        unknown.endsWith("there are errorRate, p99, throughput, recovery, violations"), unknown);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "faults: [{at: 1s, kind: kil}] | line 7, $.faults[0].kind: | kill",
        "faults: [{at: 1s, kind: kill, command: ls}] | line 7, $.faults[0]: | only kind command",
        "faults: [{at: 1s, kind: command}] | line 7, $.faults[0]: | needs command",
        "thresholds: {recovery: 5} | line 7, $.thresholds.recovery: | as in 1.5s",
        "client: {patience: 5 s} | line 7, $.client.patience: | as in 1.5s",
        "seed: x | line 7, $.seed: | integer expected"
      })
  @DisplayName("what the schema or the reader refuses")
  void refused(String line, String where, String said) {
    var problem = problems(with(line + "\n")).getFirst();

    assertTrue(problem.startsWith(where), problem);
    assertTrue(problem.contains(said), problem);
  }

  @Test
  @DisplayName("what contradicts itself is refused with all of it")
  void contradictions() {
    var problems =
        problems(
            """
            name: x
            topology: {iommus: 1, mode: legacy, pasids: 3}
            mix: {sva-storm: 1}
            phases:
              - name: p
                arrival: {model: ramp, rate: 5}
            """);

    assertEquals(
        List.of(
            "line 2, $.topology.pasids: mode legacy has no PASIDs; leave them out or use"
                + " first-stage or second-stage",
            "line 3, $.mix.sva-storm: it needs mode first-stage, ats and page requests",
            "line 5, $.phases[0]: 0 of duration, requests and until are there; one is to be",
            "line 6, $.phases[0].arrival.rate: model ramp has from, to, over",
            "line 6, $.phases[0].arrival: model ramp needs from",
            "line 6, $.phases[0].arrival: model ramp needs to",
            "line 6, $.phases[0].arrival: model ramp needs over"),
        problems);
  }

  @Test
  @DisplayName("what is no YAML, no mapping or no file is refused")
  void noScenario() {
    assertTrue(problems("name: [").getFirst().startsWith("line 1: this is no YAML"));
    assertTrue(problems("- 1").getFirst().startsWith("line 1: a scenario is a mapping"));
    var missing = assertThrows(ScenarioException.class, () -> READER.find("nowhere.yaml"));
    assertTrue(missing.getMessage().contains("smoke, boot-10k"), missing.getMessage());
  }
}
