package dev.iommufleet.config;

import java.util.Set;

/**
 * Durations, in milliseconds.
 *
 * @param requestMillis how long a gateway waits for an entity, 100 to 600,000
 * @param idleMillis an idle entity that owes nothing leaves memory after this, 100 to 86,400,000
 * @param awaitMaxMillis the longest deadline of an await, 1 to 3,600,000
 * @param drainMillis how long a stopping node waits for what it owes, 0 to 600,000
 * @param restartBackoffMinMillis before a failed entity starts again, 10 to 60,000
 * @param restartBackoffMaxMillis the same after many failures, at least the former, to 600,000
 * @param watchRenewalMillis how often a watcher renews its subscription, 100 to 60,000
 * @param deviceTlbMillis a device-TLB invalidation that a device was told to withhold fails after
 *     this, 100 to 3,600,000
 * @param resendMinMillis before a peer that does not answer is told again, 10 to 60,000
 * @param resendMaxMillis the same after many attempts, at least the former, to 600,000
 * @param devicePollMillis what paused in a device goes on after this, 1 to 60,000
 */
public record TimeoutSettings(
    int requestMillis,
    int idleMillis,
    int awaitMaxMillis,
    int drainMillis,
    int restartBackoffMinMillis,
    int restartBackoffMaxMillis,
    int watchRenewalMillis,
    int deviceTlbMillis,
    int resendMinMillis,
    int resendMaxMillis,
    int devicePollMillis) {

  private static final Set<String> NAMES =
      Set.of(
          "request-millis",
          "idle-millis",
          "await-max-millis",
          "drain-millis",
          "restart-backoff-min-millis",
          "restart-backoff-max-millis",
          "watch-renewal-millis",
          "device-tlb-millis",
          "resend-min-millis",
          "resend-max-millis",
          "device-poll-millis");

  static TimeoutSettings of(Block block) {
    block.knowing(NAMES);
    int resendMin = block.between("resend-min-millis", 10, 60_000);
    int backoffMin = block.between("restart-backoff-min-millis", 10, 60_000);
    return new TimeoutSettings(
        block.between("request-millis", 100, 600_000),
        block.between("idle-millis", 100, 86_400_000),
        block.between("await-max-millis", 1, 3_600_000),
        block.between("drain-millis", 0, 600_000),
        backoffMin,
        block.between("restart-backoff-max-millis", backoffMin, 600_000),
        block.between("watch-renewal-millis", 100, 60_000),
        block.between("device-tlb-millis", 100, 3_600_000),
        resendMin,
        block.between("resend-max-millis", resendMin, 600_000),
        block.between("device-poll-millis", 1, 60_000));
  }
}
