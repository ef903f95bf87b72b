package dev.iommufleet.cli.load;

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
  Written(Path file, Scenario scenario, List<String> targets) throws IOException {
    var began =
        HistoryBegan.newBuilder()
            .setUnixNanos(System.currentTimeMillis() * NANOS_PER_MILLI)
            .setScenario(scenario.name())
            .setScenarioText(scenario.text())
            .setSeed(scenario.seed())
            .addAllTargets(targets)
            .putAllVersions(versions())
            .putAllMachine(machine())
            .build();
    recorder = Recorder.open(file, Keep.WHOLE, began, List.of(judge, tally));
  }

  private static Map<String, String> versions() {
    var built = Written.class.getPackage().getImplementationVersion();
    return Map.of(
        "iommu-fleet",
        built == null ? "built from classes" : built,
        "java",
        Runtime.version().toString());
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
