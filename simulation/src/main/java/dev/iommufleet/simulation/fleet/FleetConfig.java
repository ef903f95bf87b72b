package dev.iommufleet.simulation.fleet;

/**
 * How large a fleet is.
 *
 * @param nodes 1 to 16
 * @param iommus 1 to 1,000
 * @param devices of each IOMMU, 1 to 8; every other one is passed through from a host
 */
public record FleetConfig(int nodes, int iommus, int devices) {
  public static final int MOST_NODES = 16;
  public static final int MOST_IOMMUS = 1_000;
  public static final int MOST_DEVICES = 8;

  /** 24 IOMMUs with 48 devices on 3 nodes. */
  public static final FleetConfig DEFAULT = new FleetConfig(3, 24, 2);

  private static final int SNAPSHOT_EVERY = 48;
  private static final int SHARDS_PER_NODE = 4;

  public FleetConfig {
    between("nodes", nodes, MOST_NODES);
    between("iommus", iommus, MOST_IOMMUS);
    between("devices", devices, MOST_DEVICES);
  }

  private static void between(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "%s is %d; 1 to %d are possible".formatted(name, value, most));
    }
  }

  /** Entities: IOMMUs first, then their devices. */
  int entities() {
    return iommus + iommus * devices;
  }

  boolean isIommu(int entity) {
    return entity < iommus;
  }

  /** The entity of device {@code k} of IOMMU {@code g}. */
  int device(int g, int k) {
    return iommus + g * devices + k;
  }

  /** The IOMMU that an entity is, or belongs to. */
  int guest(int entity) {
    return isIommu(entity) ? entity : (entity - iommus) / devices;
  }

  /** The number of a device at its IOMMU. */
  int slot(int entity) {
    return (entity - iommus) % devices;
  }

  static int sourceId(int slot) {
    return slot + 2 << 3;
  }

  /** Alternates within an IOMMU and from one to the next. */
  boolean isPassthrough(int entity) {
    return (guest(entity) + slot(entity)) % 2 == 1;
  }

  String name(int entity) {
    return isIommu(entity) ? "i" + entity : "d" + guest(entity) + "." + slot(entity);
  }

  int shards() {
    return nodes * SHARDS_PER_NODE;
  }

  int shard(int entity) {
    return entity % shards();
  }

  int snapshotEvery() {
    return SNAPSHOT_EVERY;
  }
}
