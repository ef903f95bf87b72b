package dev.iommufleet.load.engine;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a phase came to.
 *
 * @param startSeconds since the load began
 * @param kinds by kind of request, ascending
 * @param micros latencies of all requests that were answered, from the intended start
 * @param seconds about one row a second: when (seconds since the load began), requests a second,
 *     and p50, p99 and the longest latency of that second in microseconds
 * @param operations in requests that were answered
 * @param shed arrivals that never became requests, since too many waited
 */
public record PhaseResult(
    String name,
    boolean warmUp,
    double startSeconds,
    double lastedSeconds,
    Map<String, OfKind> kinds,
    Histogram micros,
    List<double[]> seconds,
    long operations,
    long shed) {

  /**
   * @param micros latencies of those that were answered
   */
  public record OfKind(Histogram micros, long refused, long unknown) {}

  public long answered() {
    return micros.getTotalCount();
  }

  public long refused() {
    return kinds.values().stream().mapToLong(OfKind::refused).sum();
  }

  public long unknown() {
    return kinds.values().stream().mapToLong(OfKind::unknown).sum();
  }

  /** Requests answered in a second. */
  public double throughput() {
    return lastedSeconds == 0 ? 0 : answered() / lastedSeconds;
  }
}
