package dev.iommufleet.node.metrics;

import dev.iommufleet.actors.EntityGauge;
import dev.iommufleet.actors.EntityKind;
import dev.iommufleet.actors.EntityMetrics;
import dev.iommufleet.hardware.vtd.spec.DescriptorType;
import dev.iommufleet.protocol.api.v1.Operation.KindCase;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;

/**
 * All that one node counts. Names and units are part of what users build on: docs/operations.md
 * lists them.
 */
public final class NodeMetrics implements EntityMetrics {
  /** What scrapers ask for. */
  public static final String CONTENT_TYPE = OpenMetricsTextFormatWriter.CONTENT_TYPE;

  private static final double NANOS = 1e9;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Set<EntityGauge> inMemory = ConcurrentHashMap.newKeySet();
  private final Map<KindCase, CounterDataPoint> operations = new EnumMap<>(KindCase.class);
  private final Map<DescriptorType, CounterDataPoint> descriptors =
      new EnumMap<>(DescriptorType.class);
  private final Map<EntityKind, DistributionDataPoint> journalTimes =
      new EnumMap<>(EntityKind.class);
  private final Map<EntityKind, DistributionDataPoint> recoveryTimes =
      new EnumMap<>(EntityKind.class);
  private final Map<EntityKind, CounterDataPoint> journalBytes = new EnumMap<>(EntityKind.class);
  private final Counter faults;
  private final Counter faultsLost;
  private final Counter parkedSeconds;
  private final Counter refusals;
  private final Counter shardsGained;
  private final Counter shardsLost;

  public NodeMetrics() {
    JvmMetrics.builder().register(registry);
    var ran = counter("operations", "Operations that IOMMUs ran", "kind");
    for (var kind : KindCase.values()) {
      operations.put(kind, ran.labelValues(name(kind)));
    }
    var fetched = counter("descriptors", "Descriptors of invalidation queues that ran", "type");
    for (var type : DescriptorType.values()) {
      descriptors.put(type, fetched.labelValues(name(type)));
    }
    var written =
        times("journal_write_seconds", "From giving an entry away to having it in the journal");
    var read = times("recovery_seconds", "From an entity's start to the end of its recovery");
    var bytes = counter("journal_bytes", "Bytes of entries in the journal", "entity");
    for (var kind : EntityKind.values()) {
      journalTimes.put(kind, written.labelValues(name(kind)));
      recoveryTimes.put(kind, read.labelValues(name(kind)));
      journalBytes.put(kind, bytes.labelValues(name(kind)));
    }
    faults = counter("faults", "Faults detected, by reason as in fault records", "reason");
    faultsLost = counter("faults_lost", "Faults that no fault record had room for");
    parkedSeconds =
        counter("queue_parked_seconds", "Time that queues were parked, until they went on");
    refusals = counter("refusals", "Requests that this node refused", "code");
    shardsGained = counter("shards_gained", "Shards that came to this node", "entity");
    shardsLost = counter("shards_lost", "Shards that left this node", "entity");
    entities();
    sum("queue_depth", "Descriptors queued and not fetched", EntityGauge::queueDepth);
    sum("queues_parked", "Queues that wait for a device", it -> it.parked() ? 1 : 0);
    sum(
        "page_requests_pending",
        "Page requests that no software has taken",
        EntityGauge::pageRequests);
  }

  private Counter counter(String name, String help, String... labels) {
    return Counter.builder()
        .name("iommu_fleet_" + name)
        .help(help)
        .labelNames(labels)
        .register(registry);
  }

  private Histogram times(String name, String help) {
    return Histogram.builder()
        .name("iommu_fleet_" + name)
        .help(help)
        .labelNames("entity")
        .classicOnly()
        .classicUpperBounds(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 20)
        .register(registry);
  }

  private static String name(Enum<?> it) {
    return it.name().toLowerCase(Locale.ROOT);
  }

  private void entities() {
    GaugeWithCallback.builder()
        .name("iommu_fleet_entities")
        .help("Entities in the memory of this node")
        .labelNames("entity")
        .callback(
            sink -> {
              for (var kind : EntityKind.values()) {
                sink.call(
                    (double) inMemory.stream().filter(it -> it.kind() == kind).count(), name(kind));
              }
            })
        .register(registry);
  }

  private void sum(String name, String help, ToIntFunction<EntityGauge> part) {
    GaugeWithCallback.builder()
        .name("iommu_fleet_" + name)
        .help(help)
        .callback(sink -> sink.call((double) inMemory.stream().mapToInt(part).asLongStream().sum()))
        .register(registry);
  }

  /** Something that this node can tell at any moment. */
  public void gauge(String name, String help, IntSupplier now) {
    GaugeWithCallback.builder()
        .name("iommu_fleet_" + name)
        .help(help)
        .callback(sink -> sink.call(now.getAsInt()))
        .register(registry);
  }

  /** Whether something is so, as 1 or 0. */
  public void state(String name, String help, BooleanSupplier now) {
    gauge(name, help, () -> now.getAsBoolean() ? 1 : 0);
  }

  public void refused(String code) {
    refusals.labelValues(code).inc();
  }

  /** Shards came and went since the last look. */
  public void shards(EntityKind kind, int gained, int lost) {
    shardsGained.labelValues(name(kind)).inc(gained);
    shardsLost.labelValues(name(kind)).inc(lost);
  }

  /** As OpenMetrics text. */
  public byte[] scrape() {
    var out = new ByteArrayOutputStream(1 << 14);
    try {
      new OpenMetricsTextFormatWriter(false, true).write(out, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  // ---- of entities -------------------------------------------------------------------------

  @Override
  public EntityGauge enter(EntityKind kind) {
    var gauge = new EntityGauge(kind, inMemory::remove);
    inMemory.add(gauge);
    return gauge;
  }

  @Override
  public void recovered(EntityKind kind, long nanos) {
    recoveryTimes.get(kind).observe(nanos / NANOS);
  }

  @Override
  public void journaled(EntityKind kind, int bytes, long nanos) {
    journalTimes.get(kind).observe(nanos / NANOS);
    journalBytes.get(kind).inc(bytes);
  }

  @Override
  public void operations(KindCase kind, int count) {
    operations.get(kind).inc(count);
  }

  @Override
  public void descriptors(DescriptorType type, int count) {
    descriptors.get(type).inc(count);
  }

  @Override
  public void fault(int reason) {
    faults.labelValues("0x%02x".formatted(reason)).inc();
  }

  @Override
  public void faultLost() {
    faultsLost.inc();
  }

  @Override
  public void parked(long nanos) {
    parkedSeconds.inc(nanos / NANOS);
  }
}
