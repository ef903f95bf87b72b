package dev.iommufleet.load.bench;

import dev.iommufleet.load.bench.Figure.Goal;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** A benchmark that JMH runs, in JVMs of its own with the flags of this one. */
record CoreSpeed(String name, String summary, Class<?> measured, Judge judge) implements Benchmark {
  private static final Judge HIT =
      (_, name, how) -> Goal.atMost(40, "ns", name, how + "; 256 resident pages in turn");

  /** What is asked of a result. */
  @FunctionalInterface
  interface Judge {
    Goal goal(BenchmarkParams params, String name, String how);

    /** The figure that an operation's time stands for. */
    default double value(BenchmarkParams params, double nanos) {
      return nanos;
    }
  }

  static List<Benchmark> all() {
    return List.of(
        new CoreSpeed(
            "iotlb-hit",
            "a translation that the IOTLB answers, one thread",
            TranslationHit.class,
            HIT),
        new CoreSpeed(
            "walk",
            "a translation that needs a walk of four levels, one thread",
            TranslationMiss.class,
            CoreSpeed::walk),
        new CoreSpeed(
            "invalidation",
            "page-selective invalidations and waits with 1,000 unrelated entries resident",
            Invalidation.class,
            new Descriptors()));
  }

  private static Goal walk(BenchmarkParams params, String name, String how) {
    int target = params.getParam("mode").equals(Mode.LEGACY.name()) ? 290 : 600;
    var walks = "; 4,096 pages scattered over 64 leaf tables, context cached, each checked a miss";
    return Goal.atMost(target, "ns", name, how + walks);
  }

  private static final class Descriptors implements Judge {
    @Override
    public Goal goal(BenchmarkParams params, String name, String how) {
      var doorbells = "; doorbells of " + params.getParam("batch") + " descriptors, half waits";
      return Goal.atLeast(5e6, "descriptors/s", name, how + doorbells);
    }

    @Override
    public double value(BenchmarkParams params, double nanos) {
      return Integer.parseInt(params.getParam("batch")) * 1e9 / nanos;
    }
  }

  @Override
  public List<Figure> run(Effort effort) {
    // Other work on this machine disturbs the figures, but is no reason to take none.
    System.setProperty("jmh.ignoreLock", "true");
    var options =
        new OptionsBuilder()
            .include("^" + Pattern.quote(measured.getName()) + "\\.")
            .forks(effort.pick(3, 0))
            .warmupIterations(effort.pick(4, 0))
            .warmupTime(TimeValue.milliseconds(500))
            .measurementIterations(effort.pick(8, 1))
            .measurementTime(TimeValue.milliseconds(effort.pick(500, 5)))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    try {
      return new Runner(options).run().stream().map(this::figure).toList();
    } catch (RunnerException e) {
      throw new IllegalStateException(name + " could not be measured: " + e.getMessage(), e);
    }
  }

  private Figure figure(RunResult result) {
    var params = result.getParams();
    var how =
        "JMH, %d JVMs, %d iterations of %s each after %d that warm up"
            .formatted(
                params.getForks(),
                params.getMeasurement().getCount(),
                params.getMeasurement().getTime(),
                params.getWarmup().getCount());
    return judge.goal(params, name + suffix(params), how).of(runs(result));
  }

  private List<Double> runs(RunResult result) {
    return result.getBenchmarkResults().stream()
        .map(BenchmarkResult::getIterationResults)
        .flatMap(Collection::stream)
        .map(iteration -> judge.value(result.getParams(), iteration.getPrimaryResult().getScore()))
        .toList();
  }

  private static String suffix(BenchmarkParams params) {
    var suffix = new StringBuilder();
    for (String key : List.of("batch", "mode", "profile")) {
      var value = params.getParam(key);
      if (value != null) {
        suffix.append('-').append(value.toLowerCase(Locale.ROOT).replace('_', '-'));
      }
    }
    return suffix.toString();
  }
}
