package dev.iommufleet.persistence.journal;

/** Names of entities in journals. */
public final class EntityIds {
  /** What an IOMMU's persistence id begins with; in journals for ever. */
  public static final String IOMMU = "iommu";

  /** The same of a host device. */
  public static final String DEVICE = "device";

  private static final String IOMMU_PREFIX = IOMMU + "|";
  private static final String DEVICE_PREFIX = DEVICE + "|";

  private EntityIds() {}

  public static String persistenceId(String iommuId) {
    return IOMMU_PREFIX + iommuId;
  }

  /** The id that clients use; the persistence id itself where it is not an IOMMU's. */
  public static String iommuId(String persistenceId) {
    return persistenceId.startsWith(IOMMU_PREFIX)
        ? persistenceId.substring(IOMMU_PREFIX.length())
        : persistenceId;
  }

  public static boolean isDevice(String persistenceId) {
    return persistenceId.startsWith(DEVICE_PREFIX);
  }

  public static String devicePersistenceId(String deviceId) {
    return DEVICE_PREFIX + deviceId;
  }

  /** The id that clients use; the persistence id itself where it is not a host device's. */
  public static String deviceId(String persistenceId) {
    return persistenceId.startsWith(DEVICE_PREFIX)
        ? persistenceId.substring(DEVICE_PREFIX.length())
        : persistenceId;
  }
}
