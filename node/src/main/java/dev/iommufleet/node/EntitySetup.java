package dev.iommufleet.node;

import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import dev.iommufleet.actors.EntityKind;
import dev.iommufleet.actors.EntityLimits;
import dev.iommufleet.actors.EntitySettings;
import dev.iommufleet.actors.HostDeviceSharding;
import dev.iommufleet.actors.IommuSharding;
import dev.iommufleet.actors.LinkSettings;
import dev.iommufleet.actors.Resending;
import dev.iommufleet.config.Settings;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The node's settings as its entities have them. */
final class EntitySetup {
  static final Map<EntityKind, EntityTypeKey<?>> KINDS =
      Map.of(
          EntityKind.IOMMU, IommuSharding.KEY,
          EntityKind.HOST_DEVICE, HostDeviceSharding.KEY);

  private EntitySetup() {}

  static EntitySettings of(Settings settings) {
    var timeouts = settings.timeouts();
    var entities =
        new EntitySettings(
            settings.journal().fullByDefault(),
            settings.snapshots().everyEntries(),
            settings.snapshots().everyBytes(),
            settings.journal().carriedFacts(),
            timeouts.idleMillis(),
            timeouts.restartBackoffMinMillis(),
            timeouts.restartBackoffMaxMillis(),
            new LinkSettings(
                new Resending(timeouts.resendMinMillis(), timeouts.resendMaxMillis()),
                timeouts.deviceTlbMillis(),
                timeouts.devicePollMillis()),
            limits(settings));
    return settings.cluster().several() ? entities.moving() : entities;
  }

  private static EntityLimits limits(Settings settings) {
    var limits = settings.limits();
    return new EntityLimits(
        limits.operationsPerRequest(),
        limits.requestBytes(),
        limits.replyBytes(),
        limits.memoryOperationBytes(),
        limits.entryBytes(),
        limits.suspendedRequests(),
        limits.sessions(),
        limits.requestsPerSession(),
        limits.watchersPerEntity(),
        settings.timeouts().awaitMaxMillis());
  }

  /** Nanoseconds since 1970-01-01 UTC. */
  static long unixNanos() {
    var now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  /** Strictly ascending in this process, near the wall clock. */
  static final class UnixNanos implements LongSupplier {
    private final AtomicLong last = new AtomicLong();

    @Override
    public long getAsLong() {
      long nanos = unixNanos();
      return last.updateAndGet(before -> Math.max(before + 1, nanos));
    }
  }
}
