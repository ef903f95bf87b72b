package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.protocol.load.v1.Claim;
import java.util.List;

/** What a guest, or the machine around it, does next: one request. */
public sealed interface Step {

  /** What it is called in reports, kebab case. */
  String kind();

  /** The machine is made: an IOMMU that was not there before. */
  record Create(String kind, IommuConfig config) implements Step {}

  /** The machine is thrown away. */
  record Delete(String kind) implements Step {}

  /**
   * One batch of operations.
   *
   * @param awaits ascending indices of operations; before each it is waited until the queue is idle
   * @param claims what the operations make true of the guest's tables
   */
  record Run(String kind, List<Operation> operations, List<Integer> awaits, List<Claim> claims)
      implements Step {
    public Run {
      operations = List.copyOf(operations);
      awaits = List.copyOf(awaits);
      claims = List.copyOf(claims);
    }
  }

  /** A host device is made and attached as function {@code sourceId}, with ATS switched on. */
  record Plug(String kind, int sourceId) implements Step {}

  /** The host device leaves in an orderly way and is no more. */
  record Unplug(String kind, int sourceId) implements Step {}

  /** A host device that is attached reads or writes without PASID; {@code data} null: it reads. */
  record Copy(String kind, int sourceId, long iova, int length, byte[] data) implements Step {}
}
