package dev.iommufleet.load.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import dev.iommufleet.hardware.vtd.Capabilities;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.load.guest.Behaviour;
import dev.iommufleet.load.guest.GuestShape;
import dev.iommufleet.load.guest.GuestShape.Mode;
import dev.iommufleet.load.scenario.Scenario.Client;
import dev.iommufleet.load.scenario.Scenario.Fault;
import dev.iommufleet.load.scenario.Scenario.FaultKind;
import dev.iommufleet.load.scenario.Scenario.Length;
import dev.iommufleet.load.scenario.Scenario.Phase;
import dev.iommufleet.load.scenario.Scenario.Thresholds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** From a tree that the schema has passed to a scenario; says what a schema cannot. */
final class ScenarioBuilder {
  private final String source;
  private final String text;
  private final JsonNode root;
  private final List<String> problems = new ArrayList<>();

  ScenarioBuilder(String source, String text, JsonNode root) {
    this.source = source;
    this.text = text;
    this.root = root;
  }

  Scenario build() throws ScenarioException {
    var mix = mix(root.path("mix"));
    var shape = shape(root.path("topology"));
    needs(mix, shape);
    var phases = new ArrayList<Phase>();
    for (int i = 0; i < root.path("phases").size(); i++) {
      phases.add(phase(root.path("phases").get(i), "$.phases[" + i + "]"));
    }
    var faults = new ArrayList<Fault>();
    for (int i = 0; i < root.path("faults").size(); i++) {
      faults.add(fault(root.path("faults").get(i), "$.faults[" + i + "]"));
    }
    var scenario =
        new Scenario(
            root.path("name").asText(),
            root.path("description").asText(),
            text,
            root.path("seed").asLong(1),
            root.path("topology").path("iommus").asInt(),
            shape,
            mix,
            phases,
            faults,
            thresholds(root.path("thresholds")),
            root.path("oracle").asDouble(1),
            client(root.path("client")),
            root.path("capture").asText());
    if (!problems.isEmpty()) {
      throw new ScenarioException(source, problems);
    }
    return scenario;
  }

  private void wrong(JsonNode where, String path, String what) {
    problems.add(ScenarioReader.line(where) + path + ": " + what);
  }

  // ---- topology, mix -----------------------------------------------------------------------

  private GuestShape shape(JsonNode topology) {
    var mode = mode(topology.path("mode").asText("first-stage"));
    boolean scalable = mode != Mode.LEGACY;
    boolean firstStage = mode == Mode.FIRST_STAGE;
    boolean ats = topology.path("ats").asBoolean(true);
    var offered = topology.path("capabilities");
    var capabilities =
        new Capabilities(
            48,
            offered.path("cachingMode").asBoolean(false),
            scalable,
            firstStage,
            false,
            scalable ? offered.path("pasidBits").asInt(8) : 0,
            offered.path("pageRequests").asBoolean(firstStage && ats),
            false,
            true,
            ats,
            true,
            offered.path("interruptRemapping").asBoolean(true),
            false);
    int pasids = topology.path("pasids").asInt(0);
    if (pasids > 0 && !scalable) {
      wrong(
          topology.path("pasids"),
          "$.topology.pasids",
          "mode legacy has no PASIDs; leave them out or use first-stage or second-stage");
    }
    var config = config(topology, capabilities);
    for (var conflict : config.conflicts()) {
      wrong(topology, "$.topology", conflict.message());
    }
    return new GuestShape(
        config,
        mode,
        topology.path("devices").asInt(2),
        pasids,
        topology.path("pages").asInt(16),
        ats);
  }

  private static Mode mode(String name) {
    return Mode.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  private static IommuConfig config(JsonNode topology, Capabilities capabilities) {
    boolean exact = topology.path("profile").asText("architecture").equals("qemu-11.1");
    var usual = IommuConfig.of(exact ? Profile.QEMU_11_1 : Profile.ARCHITECTURE, capabilities);
    var limits = topology.path("limits");
    return new IommuConfig(
        usual.profile(),
        usual.policy(),
        usual.capabilities(),
        usual.quirks(),
        new IommuConfig.Limits(
            limits.path("iotlbEntries").asInt(usual.limits().iotlbEntries()),
            limits.path("memoryPages").asInt(usual.limits().memoryPages())),
        usual.options());
  }

  private static Map<Behaviour, Integer> mix(JsonNode mix) {
    var weights = new EnumMap<Behaviour, Integer>(Behaviour.class);
    for (Behaviour behaviour : Behaviour.values()) {
      if (mix.has(behaviour.label())) {
        weights.put(behaviour, mix.path(behaviour.label()).asInt());
      }
    }
    return weights;
  }

  private void needs(Map<Behaviour, Integer> mix, GuestShape shape) {
    for (Behaviour behaviour : mix.keySet()) {
      if (behaviour.needsPageRequests() && !shape.config().capabilities().pageRequests()) {
        wrong(
            root.path("mix").path(behaviour.label()),
            "$.mix." + behaviour.label(),
            "it needs mode first-stage, ats and page requests");
      }
    }
  }

  // ---- phases ------------------------------------------------------------------------------

  private Phase phase(JsonNode phase, String path) {
    return new Phase(
        phase.path("name").asText(),
        length(phase, path),
        arrival(phase.path("arrival"), path + ".arrival"),
        phase.path("warmUp").asBoolean(false));
  }

  private Length length(JsonNode phase, String path) {
    int given =
        (phase.has("duration") ? 1 : 0)
            + (phase.has("requests") ? 1 : 0)
            + (phase.has("until") ? 1 : 0);
    if (given != 1) {
      wrong(
          phase,
          path,
          "%d of duration, requests and until are there; one is to be".formatted(given));
    }
    if (phase.has("duration")) {
      return new Length.Lasts(duration(phase.path("duration"), Duration.ZERO));
    }
    return phase.has("requests")
        ? new Length.Requests(phase.path("requests").asLong())
        : phase.path("until").asText().equals("calm") ? new Length.Calm() : new Length.Booted();
  }

  private Arrival arrival(JsonNode arrival, String path) {
    var model = arrival.path("model").asText("closed");
    return switch (model) {
      case "closed" -> {
        only(arrival, path, model, List.of("concurrency", "think"), List.of());
        yield new Arrival.Closed(
            arrival.path("concurrency").asInt(0), duration(arrival.path("think"), Duration.ZERO));
      }
      case "constant" -> {
        only(arrival, path, model, List.of("rate"), List.of("rate"));
        yield new Arrival.Constant(arrival.path("rate").asDouble(1));
      }
      case "poisson" -> {
        only(arrival, path, model, List.of("rate"), List.of("rate"));
        yield new Arrival.Poisson(arrival.path("rate").asDouble(1));
      }
      case "ramp" -> {
        var names = List.of("from", "to", "over");
        only(arrival, path, model, names, names);
        yield new Arrival.Ramp(
            arrival.path("from").asDouble(1),
            arrival.path("to").asDouble(1),
            duration(arrival.path("over"), Duration.ofSeconds(1)));
      }
      default -> {
        var names = List.of("size", "every");
        only(arrival, path, model, names, names);
        yield new Arrival.Burst(
            arrival.path("size").asInt(1), duration(arrival.path("every"), Duration.ofSeconds(1)));
      }
    };
  }

  private void only(
      JsonNode arrival, String path, String model, List<String> allowed, List<String> needed) {
    arrival
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!name.equals("model") && !allowed.contains(name)) {
                wrong(
                    arrival.path(name),
                    path + "." + name,
                    "model %s has %s".formatted(model, String.join(", ", allowed)));
              }
            });
    for (String name : needed) {
      if (!arrival.has(name)) {
        wrong(arrival, path, "model %s needs %s".formatted(model, name));
      }
    }
  }

  private static Duration duration(JsonNode node, Duration otherwise) {
    return node.isMissingNode() ? otherwise : Durations.parse(node.asText());
  }

  // ---- faults, thresholds, client ----------------------------------------------------------

  private Fault fault(JsonNode fault, String path) {
    var kind = FaultKind.labelled(fault.path("kind").asText());
    boolean command = kind == FaultKind.COMMAND;
    if (command != fault.has("command")) {
      wrong(
          fault, path, command ? "kind command needs command" : "only kind command has a command");
    }
    if (fault.has("at") == fault.has("after")) {
      wrong(fault, path, "a fault has either at or after");
    }
    return new Fault(
        duration(fault.path(fault.has("after") ? "after" : "at"), Duration.ZERO),
        fault.has("after"),
        kind,
        fault.path("node").asInt(1),
        duration(fault.path("for"), Duration.ZERO),
        fault.path("command").asText());
  }

  private static Thresholds thresholds(JsonNode thresholds) {
    var p99 = new HashMap<String, Duration>();
    thresholds
        .path("p99")
        .properties()
        .forEach(it -> p99.put(it.getKey(), Durations.parse(it.getValue().asText())));
    return new Thresholds(
        thresholds.path("errorRate").asDouble(Thresholds.NO_RATE),
        p99,
        thresholds.path("throughput").asDouble(Thresholds.NO_RATE),
        duration(thresholds.path("recovery"), Duration.ZERO),
        thresholds.path("violations").asInt(0));
  }

  private static Client client(JsonNode client) {
    return new Client(
        duration(client.path("patience"), Duration.ofSeconds(60)),
        client.path("backlog").asInt(100_000),
        client.path("connections").asInt(2));
  }
}
