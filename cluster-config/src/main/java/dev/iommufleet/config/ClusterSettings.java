package dev.iommufleet.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a node finds the others, and when one that is silent is given up. Times are in milliseconds.
 *
 * @param seeds HTTP servers of the nodes that vote; empty: a node of its own
 * @param host how other nodes reach this one
 * @param port of the messages between nodes, 0 to 65,535; 0 means any free one
 * @param self which of the seeds this node is; empty: it does not vote
 * @param heartbeatPauseMillis a node is suspected after such a pause, 500 to 60,000
 * @param stableAfterMillis a suspicion lasts so long before a node is given up, 1,000 to 120,000
 * @param removalMarginMillis from giving up to starting its entities elsewhere, 500 to 120,000
 * @param formationMarginMillis a cluster is formed when none was found for so long, 100 to 60,000
 * @param joinMillis a node in no cluster starts its search anew after so long, 5,000 to 600,000
 * @param ownershipPingMillis how often the others are asked, 50 to 5,000
 * @param ownershipLimitMillis how old the last yes of a majority may be, 200 to 60,000
 * @param wakeMillis how often those who owe are looked for, 500 to 600,000
 * @param handOverMillis how long a stopping node waits for its shards to go all at once, 1,000 to
 *     300,000; before that half as long for them to go a few at a time
 */
public record ClusterSettings(
    List<Endpoint> seeds,
    String host,
    int port,
    Optional<Endpoint> self,
    int heartbeatPauseMillis,
    int stableAfterMillis,
    int removalMarginMillis,
    int formationMarginMillis,
    int joinMillis,
    int ownershipPingMillis,
    int ownershipLimitMillis,
    int wakeMillis,
    int handOverMillis) {

  private static final Set<String> NAMES =
      Set.of(
          "seeds",
          "host",
          "port",
          "heartbeat-pause-millis",
          "stable-after-millis",
          "removal-margin-millis",
          "formation-margin-millis",
          "join-millis",
          "ownership-ping-millis",
          "ownership-limit-millis",
          "wake-millis",
          "hand-over-millis");

  /** What the news of a suspicion may take from one node to all others. */
  private static final int GOSSIP_MILLIS = 2_000;

  /** What the other blocks say. */
  record Around(NodeSettings node, TlsSettings tls, JournalSettings.Store store) {}

  static ClusterSettings of(Block block, Around around) {
    block.knowing(NAMES);
    checkProfile(block, around.store);
    var seeds = seeds(block);
    var host = seeds.isEmpty() ? "127.0.0.1" : host(block, around);
    var settings =
        new ClusterSettings(
            seeds,
            host,
            seeds.isEmpty() ? 0 : block.between("port", 0, 65_535),
            seeds.stream().filter(seed -> isHere(seed, host, around.node.httpPort())).findFirst(),
            block.between("heartbeat-pause-millis", 500, 60_000),
            block.between("stable-after-millis", 1_000, 120_000),
            block.between("removal-margin-millis", 500, 120_000),
            block.between("formation-margin-millis", 100, 60_000),
            block.between("join-millis", 5_000, 600_000),
            block.between("ownership-ping-millis", 50, 5_000),
            block.between("ownership-limit-millis", 200, 60_000),
            block.between("wake-millis", 500, 600_000),
            block.between("hand-over-millis", 1_000, 300_000));
    settings.check(block);
    return settings;
  }

  /** Whether this node is one of several, or may be. */
  public boolean several() {
    return !seeds.isEmpty();
  }

  /** So many of the seeds are more than half. */
  public int majority() {
    return seeds.size() / 2 + 1;
  }

  /** The seeds in one order, to be compared with those of other nodes. */
  public String agreedSeeds() {
    return String.join(",", seeds.stream().map(Endpoint::toString).sorted().toList());
  }

  private static void checkProfile(Block block, JournalSettings.Store store) {
    switch (store) {
      case SQLITE -> {
        if (!block.texts("seeds").isEmpty()) {
          throw block.refused(
              "seeds",
              "are given and the journal is a directory of this machine, which one node uses at a"
                  + " time: profile embedded forms no cluster; use --profile postgres, whose nodes"
                  + " share a database");
        }
      }
      // Without seeds it may be looked at, and not be started: checkFormable.
      case POSTGRES -> {}
    }
  }

  /**
   * Two nodes that do not look for each other would be two clusters with one journal.
   *
   * @throws BadSettingException the node shares its journal and knows nobody to share it with
   */
  public void checkFormable(JournalSettings journal) {
    if (journal.store() == JournalSettings.Store.POSTGRES && seeds.isEmpty()) {
      throw new BadSettingException(
          "iommu-fleet.cluster.seeds are missing: profile postgres needs --seed HOST:PORT (of its"
              + " HTTP server) for each of the nodes that vote, or --inventory FILE; the same at"
              + " every node; a node that is alone names itself");
    }
  }

  private static List<Endpoint> seeds(Block block) {
    var seeds = new ArrayList<Endpoint>();
    var found = new HashSet<Endpoint>();
    for (var text : block.texts("seeds")) {
      try {
        var seed = Endpoint.parse(text, 0);
        seeds.add(seed);
        found.add(seed.resolved());
      } catch (IllegalArgumentException e) {
        throw new BadSettingException(block.path() + ".seeds: " + e.getMessage(), e);
      }
    }
    if (found.size() != seeds.size()) {
      throw block.refused("seeds", "name a node twice: " + seeds);
    }
    return List.copyOf(seeds);
  }

  private static String host(Block block, Around around) {
    var said = block.textOrEmpty("host");
    var host = said.isEmpty() ? around.node.host() : said;
    try {
      var address = Endpoint.address(host);
      if (address.isAnyLocalAddress()) {
        throw block.refused(
            "host",
            "is missing: the node listens on %s, which is no address that others can reach; say"
                    .formatted(host)
                + " --cluster-host ADDRESS");
      }
      around.node.checkExposure(block, host, around.tls);
      return host;
    } catch (IllegalArgumentException e) {
      throw new BadSettingException(block.path() + ".host: " + e.getMessage(), e);
    }
  }

  private static boolean isHere(Endpoint seed, String host, int httpPort) {
    return seed.port() == httpPort && Endpoint.address(seed.host()).equals(Endpoint.address(host));
  }

  /**
   * A node that was cut off has to stop before others take over what it had: ADR 0019 says why this
   * is enough.
   */
  private void check(Block block) {
    if (ownershipLimitMillis < 3 * ownershipPingMillis) {
      throw block.refused(
          "ownership-limit-millis",
          "is %d, less than three times ownership-ping-millis (%d)"
              .formatted(ownershipLimitMillis, ownershipPingMillis));
    }
    long stops = (long) ownershipLimitMillis + heartbeatPauseMillis + GOSSIP_MILLIS;
    long takenOver = (long) stableAfterMillis + removalMarginMillis;
    if (stops > takenOver) {
      throw block.refused(
          "ownership-limit-millis",
          ("is %d; with heartbeat-pause-millis (%d) and %d for the news to spread that is %d, more"
                  + " than stable-after-millis plus removal-margin-millis (%d): a node that was cut"
                  + " off would answer while others have taken over")
              .formatted(
                  ownershipLimitMillis, heartbeatPauseMillis, GOSSIP_MILLIS, stops, takenOver));
    }
  }
}
