package dev.iommufleet.cli.load;

import dev.iommufleet.cli.lab.Place;
import dev.iommufleet.client.FleetException;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.load.check.Judge;
import dev.iommufleet.load.check.Verdict;
import dev.iommufleet.load.engine.LoadResult;
import dev.iommufleet.load.engine.RecordedTrail;
import dev.iommufleet.load.engine.Trail;
import dev.iommufleet.load.history.Keep;
import dev.iommufleet.load.history.Recorder;
import dev.iommufleet.load.report.Report;
import dev.iommufleet.load.report.Tally;
import dev.iommufleet.load.scenario.Scenario;
import dev.iommufleet.protocol.load.v1.HistoryBegan;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The history of a load while it is written, and the judge who reads along. */
final class Written implements AutoCloseable {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Judge judge = new Judge(new MappedModels());
  private final Tally tally = new Tally();
  private final Recorder recorder;
  private Verdict verdict;

  /**
   * @param file null: only the judge is told
   */
  Written(Path file, Scenario scenario, Place place) throws IOException {
    var began =
        HistoryBegan.newBuilder()
            .setUnixNanos(System.currentTimeMillis() * NANOS_PER_MILLI)
            .setScenario(scenario.name())
            .setScenarioText(scenario.text())
            .setSeed(scenario.seed())
            .addAllTargets(place.targets())
            .putAllVersions(versions(place))
            .putAllMachine(machine())
            .build();
    recorder = Recorder.open(file, Keep.WHOLE, began, List.of(judge, tally));
  }

  /** Of this program and of the node that answers first. */
  private static Map<String, String> versions(Place place) {
    var versions = new TreeMap<String, String>();
    var built = Written.class.getPackage().getImplementationVersion();
    versions.put("iommu-fleet", built == null ? "built from classes" : built);
    versions.put("java", Runtime.version().toString());
    try (var client = place.connect().apply(RetryPolicy.NONE)) {
      var node = client.clusterStatus();
      versions.put("node", node.getVersion().isEmpty() ? "built from classes" : node.getVersion());
      versions.put("node java", node.getJavaVersion());
    } catch (FleetException e) {
      versions.put("node", "unknown: " + e.getMessage());
    }
    return versions;
  }

  private static Map<String, String> machine() throws IOException {
    var machine = new TreeMap<String, String>();
    machine.put("host", InetAddress.getLocalHost().getHostName());
    machine.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    machine.put("heap MiB", Long.toString(Runtime.getRuntime().maxMemory() >> 20));
    var system = ManagementFactory.getOperatingSystemMXBean();
    machine.put("load average", "%.2f".formatted(system.getSystemLoadAverage()));
    if (system instanceof com.sun.management.OperatingSystemMXBean it) {
      machine.put("memory MiB", Long.toString(it.getTotalMemorySize() >> 20));
    }
    machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    return machine;
  }

  Trail trail() {
    return RecordedTrail.to(recorder);
  }

  /** Ends the history; what the judge has found in all of it. */
  Verdict verdict(boolean interrupted) {
    if (verdict == null) {
      recorder.end(interrupted);
      verdict = judge.verdict();
    }
    return verdict;
  }

  /** What the page shows, once the verdict is there. */
  Report report(LoadResult result) {
    return new Report(tally, verdict(result.interrupted()), result.missed());
  }

  @Override
  public void close() {
    recorder.close();
  }
}
