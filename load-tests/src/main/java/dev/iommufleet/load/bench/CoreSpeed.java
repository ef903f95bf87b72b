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

  /** What is asked of a result. */
  interface Judge {
    Goal goal(BenchmarkParams params, String name, String how);

    /** The figure that a sample's time stands for. */
    double value(double nanos);
  }

  static List<Benchmark> all() {
    return List.of(
        new CoreSpeed(
            "iotlb-hit",
            "a translation that the IOTLB answers, one thread",
            TranslationHit.class,
            new Hits()),
        new CoreSpeed(
            "walk",
            "a translation that needs a walk of four levels, one thread",
            TranslationMiss.class,
            new Walks()),
        new CoreSpeed(
            "invalidation",
            "page-selective invalidations and waits with 1,000 unrelated entries resident",
            Invalidation.class,
            new Descriptors()));
  }

  private static final class Hits implements Judge {
    @Override
    public Goal goal(BenchmarkParams params, String name, String how) {
      return Goal.atMost(40, "ns", name, how + " of 256 translations, of as many resident pages");
    }

    @Override
    public double value(double nanos) {
      return nanos / TranslationHit.PAGES;
    }
  }

  private static final class Walks implements Judge {
    @Override
    public Goal goal(BenchmarkParams params, String name, String how) {
      int target = params.getParam("mode").equals(Mode.LEGACY.name()) ? 290 : 600;
      var pages = " of 4,096 translations, of pages scattered over 64 leaf tables; context cached";
      return Goal.atMost(target, "ns", name, how + pages);
    }

    @Override
    public double value(double nanos) {
      return nanos / TranslationMiss.PAGES;
    }
  }

  private static final class Descriptors implements Judge {
    @Override
    public Goal goal(BenchmarkParams params, String name, String how) {
      var lap = " of 256 descriptors, half waits, " + params.getParam("batch") + " a doorbell";
      return Goal.atLeast(5e6, "descriptors/s", name, how + lap);
    }

    @Override
    public double value(double nanos) {
      return Guest.QUEUE_ENTRIES * 1e9 / nanos;
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
        "JMH, %d JVMs, %d iterations of %s each after %d that warm up, each the median of samples"
            .formatted(
                params.getForks(),
                params.getMeasurement().getCount(),
                params.getMeasurement().getTime(),
                params.getWarmup().getCount());
    return judge.goal(params, name + suffix(params), how).of(runs(result));
  }

  /** A sample is far shorter than a time slice, so its median hides what else runs here. */
  private List<Double> runs(RunResult result) {
    return result.getBenchmarkResults().stream()
        .map(BenchmarkResult::getIterationResults)
        .flatMap(Collection::stream)
        .map(iteration -> iteration.getPrimaryResult().getStatistics().getPercentile(50))
        .map(judge::value)
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
