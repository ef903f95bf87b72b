package dev.iommufleet.load.history;

import com.google.protobuf.MessageLite;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.RequestId;
import dev.iommufleet.protocol.load.v1.Claim;
import dev.iommufleet.protocol.load.v1.EntityKind;
import dev.iommufleet.protocol.load.v1.Invoked;
import java.util.List;

/**
 * A call that is about to be made.
 *
 * @param iommuId of the IOMMU that it concerns; empty: none
 * @param deviceId of the device that it goes to; empty: it goes to the IOMMU
 * @param name what the guest wants, e.g. {@code map-strict}; latencies are told by it
 * @param requestId null: it carries none
 * @param intendedNanos as {@link Recorder#now} counts: when the arrival model wanted it
 * @param operations of Execute
 * @param claims what the operations make true of the guest's page tables
 */
public record Invocation(
    String guest,
    String iommuId,
    String deviceId,
    String name,
    RequestId requestId,
    long intendedNanos,
    List<Operation> operations,
    List<Claim> claims) {

  /** Execute. */
  public static Invocation execute(
      String guest, String iommuId, String name, long intendedNanos, Request request) {
    return new Invocation(
        guest,
        iommuId,
        "",
        name,
        request.id(),
        intendedNanos,
        request.operations(),
        request.claims());
  }

  /** A call to a device; {@code iommuId}: the one that it is or will be attached to. */
  public static Invocation device(
      String guest, String deviceId, String iommuId, String name, long intendedNanos) {
    return new Invocation(
        guest, iommuId, deviceId, name, null, intendedNanos, List.of(), List.of());
  }

  /** Any other call to an IOMMU: create, get, delete … */
  public static Invocation other(String guest, String iommuId, String name, long intendedNanos) {
    return new Invocation(guest, iommuId, "", name, null, intendedNanos, List.of(), List.of());
  }

  /**
   * What Execute sends.
   *
   * @param id null: none
   */
  public record Request(RequestId id, List<Operation> operations, List<Claim> claims) {}

  Invoked message(long call) {
    boolean device = !deviceId.isEmpty();
    var message =
        Invoked.newBuilder()
            .setCall(call)
            .setEntityKind(device ? EntityKind.ENTITY_KIND_DEVICE : EntityKind.ENTITY_KIND_IOMMU)
            .setEntity(device ? deviceId : iommuId)
            .setGuest(guest)
            .setName(name)
            .setIntendedNanos(intendedNanos)
            .addAllOperations(operations)
            .setOperationCount(operations.size())
            .addAllClaims(claims);
    if (requestId != null) {
      message.setRequestId(requestId);
    }
    if (device) {
      message.setIommuId(iommuId);
    }
    return message.build();
  }

  /** Bytes that the record keeps in memory, about. */
  int weight() {
    return operations.stream().mapToInt(MessageLite::getSerializedSize).sum();
  }
}
