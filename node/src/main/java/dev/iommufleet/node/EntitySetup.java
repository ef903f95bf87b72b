package dev.iommufleet.node;

import dev.iommufleet.actors.EntityLimits;
import dev.iommufleet.actors.EntitySettings;
import dev.iommufleet.actors.LinkSettings;
import dev.iommufleet.actors.Resending;
import dev.iommufleet.config.Settings;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The node's settings as its entities have them. */
final class EntitySetup {
  private EntitySetup() {}

  static EntitySettings of(Settings settings) {
    var timeouts = settings.timeouts();
    return new EntitySettings(
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

  /** Strictly ascending in this process, near the wall clock. */
  static final class UnixNanos implements LongSupplier {
    private final AtomicLong last = new AtomicLong();

    @Override
    public long getAsLong() {
      var now = Instant.now();
      long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
      return last.updateAndGet(before -> Math.max(before + 1, nanos));
    }
  }
}
