package dev.iommufleet.config;

import com.typesafe.config.Config;
import java.util.Set;

/** All settings of a node; {@link Profiles} says where they come from. */
public record Settings(
    NodeSettings node,
    TlsSettings tls,
    JournalSettings journal,
    PostgresSettings postgres,
    SnapshotSettings snapshots,
    LimitSettings limits,
    TimeoutSettings timeouts,
    ClusterSettings cluster) {

  private static final Set<String> BLOCKS =
      Set.of("node", "tls", "journal", "postgres", "snapshots", "limits", "timeouts", "cluster");

  /**
   * @throws BadSettingException a setting is missing, unknown or out of range
   */
  public static Settings of(Config root) {
    Block.of(root, "iommu-fleet").knowing(BLOCKS);
    var tls = TlsSettings.of(Block.of(root, "iommu-fleet.tls"));
    var node = NodeSettings.of(Block.of(root, "iommu-fleet.node"), tls);
    var journal = JournalSettings.of(Block.of(root, "iommu-fleet.journal"));
    return new Settings(
        node,
        tls,
        journal,
        PostgresSettings.of(Block.of(root, "iommu-fleet.postgres")),
        SnapshotSettings.of(Block.of(root, "iommu-fleet.snapshots")),
        LimitSettings.of(Block.of(root, "iommu-fleet.limits")),
        TimeoutSettings.of(Block.of(root, "iommu-fleet.timeouts")),
        ClusterSettings.of(
            Block.of(root, "iommu-fleet.cluster"),
            new ClusterSettings.Around(node, tls, journal.store())));
  }
}
