package dev.iommufleet.actors;

/**
 * How entities behave on this node.
 *
 * @param fullByDefault an IOMMU that is created without a journal level gets level full
 * @param snapshotEntries a snapshot is due after so many entries
 * @param snapshotBytes a snapshot is due after so many bytes of entries
 * @param carriedFacts soft facts held in memory before an entry is written for them
 * @param idleMillis an entity that owes nothing leaves memory after so long without a message
 * @param backoffMinMillis before a failed entity starts again
 * @param backoffMaxMillis the same after many failures
 * @param sessionsJournaled the first request of a session has an entry, whatever it does: where
 *     entities move, copies of old requests can wait for one, and a session that only the entity's
 *     memory knew would be taken for a new one when they come
 */
public record EntitySettings(
    boolean fullByDefault,
    int snapshotEntries,
    int snapshotBytes,
    int carriedFacts,
    int idleMillis,
    int backoffMinMillis,
    int backoffMaxMillis,
    LinkSettings links,
    EntityLimits limits,
    boolean sessionsJournaled) {

  /** For entities that do not move. */
  public EntitySettings(
      boolean fullByDefault,
      int snapshotEntries,
      int snapshotBytes,
      int carriedFacts,
      int idleMillis,
      int backoffMinMillis,
      int backoffMaxMillis,
      LinkSettings links,
      EntityLimits limits) {
    this(
        fullByDefault,
        snapshotEntries,
        snapshotBytes,
        carriedFacts,
        idleMillis,
        backoffMinMillis,
        backoffMaxMillis,
        links,
        limits,
        false);
  }

  /** As these, for entities that move. */
  public EntitySettings moving() {
    return new EntitySettings(
        fullByDefault,
        snapshotEntries,
        snapshotBytes,
        carriedFacts,
        idleMillis,
        backoffMinMillis,
        backoffMaxMillis,
        links,
        limits,
        true);
  }

  public static EntitySettings defaults() {
    return new EntitySettings(
        false,
        1_000,
        1 << 20,
        256,
        120_000,
        100,
        5_000,
        LinkSettings.DEFAULT,
        EntityLimits.DEFAULT);
  }
}
