package dev.iommufleet.persistence.store;

/**
 * What an entry says about its entity beside its contents. The journal keeps it by entity, not by
 * entry, so that lists come out of an index in pages.
 */
public final class EntityMarks {
  /** From this entry on something must go on after a restart without being asked. */
  public static final String OWES = "owes";

  /** After this entry nothing is owed any more. */
  public static final String SETTLED = "settled";

  /** The last entry of an entity that was deleted. */
  public static final String DELETED = "deleted";

  private EntityMarks() {}
}
