package dev.iommufleet.actors;

import dev.iommufleet.hardware.vtd.spec.DescriptorType;
import dev.iommufleet.protocol.api.v1.Operation.KindCase;

/** Counts what entities of a node do. Called on their threads, so it must not block. */
public interface EntityMetrics {
  EntityMetrics NONE = new Nothing();

  /** An entity came into memory; {@link EntityGauge#leave} follows. */
  EntityGauge enter(EntityKind kind);

  /** An entity has read its journal. {@code nanos}: since it began. */
  void recovered(EntityKind kind, long nanos);

  /** An entry is in the journal. {@code nanos}: since the entity gave it away. */
  void journaled(EntityKind kind, int bytes, long nanos);

  void operations(KindCase kind, int count);

  void descriptors(DescriptorType type, int count);

  /** {@code reason}: as in a fault record, 8 bits. */
  void fault(int reason);

  /** A fault that no record had room for. */
  void faultLost();

  /** A queue was parked for so long. */
  void parked(long nanos);

  /** Counts nothing. */
  final class Nothing implements EntityMetrics {
    private Nothing() {}

    @Override
    public EntityGauge enter(EntityKind kind) {
      return new EntityGauge(kind, _ -> {});
    }

    @Override
    public void recovered(EntityKind kind, long nanos) {}

    @Override
    public void journaled(EntityKind kind, int bytes, long nanos) {}

    @Override
    public void operations(KindCase kind, int count) {}

    @Override
    public void descriptors(DescriptorType type, int count) {}

    @Override
    public void fault(int reason) {}

    @Override
    public void faultLost() {}

    @Override
    public void parked(long nanos) {}
  }
}
