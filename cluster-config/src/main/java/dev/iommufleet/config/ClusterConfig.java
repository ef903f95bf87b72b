package dev.iommufleet.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The cluster's settings in the words of Akka. */
public final class ClusterConfig {
  /** Members with this role vote. */
  public static final String VOTER = "voter";

  /** Where a node says which seeds it has; nodes that join have to have the same. */
  public static final String AGREED_SEEDS = "iommu-fleet-agreed.seeds";

  private static final String ROLE = "akka.cluster.role." + VOTER + ".min-nr-of-members";
  private static final String CHECKERS = "akka.cluster.configuration-compatibility-check.checkers.";
  private static final String BOOTSTRAP = "akka.management.cluster.bootstrap.";

  private static final String PHASES = "akka.coordinated-shutdown.phases.";

  /** Whoever waits in a phase ends before the phase does. */
  private static final int MARGIN_MILLIS = 2_000;

  /** Akka gives a shard's entities so much less than the move of the shard. */
  private static final int STOPPER_MILLIS = 5_000;

  private static final int MOVE_LEAST_MILLIS = STOPPER_MILLIS + 1_000;

  private ClusterConfig() {}

  /**
   * Goes before the profile.
   *
   * @param node where the servers listen
   * @param port of the messages between nodes, as {@link ClusterSettings#port} or as it was found
   */
  public static Config of(ClusterSettings settings, NodeSettings node, int port) {
    if (!settings.several()) {
      return ConfigFactory.empty();
    }
    var values = new HashMap<String, Object>();
    values.put("akka.remote.artery.canonical.hostname", settings.host());
    values.put("akka.remote.artery.canonical.port", port);
    if (Endpoint.address(node.host()).isAnyLocalAddress()) {
      values.put("akka.remote.artery.bind.hostname", node.host());
    }
    values.put("akka.cluster.roles", settings.self().isPresent() ? List.of(VOTER) : List.of());
    values.put(AGREED_SEEDS, settings.agreedSeeds());
    values.put(CHECKERS + "iommu-fleet", "dev.iommufleet.node.SeedsChecker");
    values.put("akka.cluster.allow-weakly-up-members", "off");
    majority(settings, values);
    discovery(settings, values);
    return ConfigFactory.parseMap(values);
  }

  /** How long the steps of a node's end may take, in a cluster or alone. */
  public static Config phases(Settings settings) {
    int handOver = settings.cluster().handOverMillis();
    return ConfigFactory.parseMap(
        Map.of(
            PHASES + "before-service-unbind.timeout",
            millis(settings.timeouts().drainMillis() + MARGIN_MILLIS),
            PHASES + "before-cluster-shutdown.timeout",
            millis(politeMillis(settings.cluster()) + MARGIN_MILLIS),
            PHASES + "cluster-sharding-shutdown-region.timeout",
            millis(handOver)));
  }

  /**
   * How long a leaving node's shards may go a few at a time; those that are left then go at once.
   */
  public static int politeMillis(ClusterSettings settings) {
    return settings.handOverMillis() / 2;
  }

  /** Who may begin to serve, and who may go on: more than half of the seeds. */
  private static void majority(ClusterSettings settings, Map<String, Object> values) {
    values.put(ROLE, settings.majority());
    values.put("akka.cluster.split-brain-resolver.active-strategy", "static-quorum");
    values.put("akka.cluster.split-brain-resolver.static-quorum.quorum-size", settings.majority());
    values.put("akka.cluster.split-brain-resolver.static-quorum.role", VOTER);
    values.put(
        "akka.cluster.split-brain-resolver.stable-after", millis(settings.stableAfterMillis()));
    values.put("akka.cluster.down-removal-margin", millis(settings.removalMarginMillis()));
    values.put(
        "akka.cluster.failure-detector.acceptable-heartbeat-pause",
        millis(settings.heartbeatPauseMillis()));
    values.put(
        "akka.cluster.shutdown-after-unsuccessful-join-seed-nodes", millis(settings.joinMillis()));
    values.put("akka.cluster.sharding.handoff-timeout", millis(moveMillis(settings)));
  }

  /**
   * How long one shard may be on the way. It ends before a leaving node's patience does; and it is
   * what entities wait when the node is lost that their shard was to be taken from: Akka then asks
   * a node that is gone, and notices nothing else.
   */
  private static int moveMillis(ClusterSettings settings) {
    return Math.max(MOVE_LEAST_MILLIS, settings.handOverMillis() - STOPPER_MILLIS);
  }

  private static void discovery(ClusterSettings settings, Map<String, Object> values) {
    values.put("akka.discovery.method", "config");
    values.put(
        "akka.discovery.config.services.iommu-fleet.endpoints",
        settings.seeds().stream()
            .map(seed -> Map.of("host", seed.host(), "port", seed.port()))
            .toList());
    var discovery = BOOTSTRAP + "contact-point-discovery.";
    values.put(discovery + "service-name", "iommu-fleet");
    values.put(discovery + "required-contact-point-nr", settings.majority());
    values.put(discovery + "contact-with-all-contact-points", false);
    values.put(discovery + "stable-margin", millis(settings.formationMarginMillis()));
    // Seeds on one host differ in their ports.
    values.put(BOOTSTRAP + "contact-point.filter-on-fallback-port", false);
  }

  private static String millis(int count) {
    return count + " ms";
  }
}
