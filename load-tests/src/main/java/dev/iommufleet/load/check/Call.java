package dev.iommufleet.load.check;

import dev.iommufleet.protocol.api.v1.RequestId;
import dev.iommufleet.protocol.load.v1.EntityKind;
import dev.iommufleet.protocol.load.v1.Invoked;

/** A call that was made. */
final class Call {
  final Invoked invoked;

  /** Highest number that the entity had acknowledged when the call was made. */
  final long floor;

  /** Faults in which nodes forgot what they had in memory, when the call was made. */
  final long forgotten;

  /** Another call to the same entity was under way at some time. */
  boolean overlapped;

  Call(Invoked invoked, long floor, long forgotten) {
    this.invoked = invoked;
    this.floor = floor;
    this.forgotten = forgotten;
  }

  String entity() {
    return invoked.getEntity();
  }

  /** Devices and IOMMUs may have the same id. */
  String key() {
    return isDevice() ? "device " + entity() : entity();
  }

  boolean isDevice() {
    return invoked.getEntityKind() == EntityKind.ENTITY_KIND_DEVICE;
  }

  /** Null: it has none. */
  String id() {
    if (!invoked.hasRequestId()) {
      return null;
    }
    RequestId id = invoked.getRequestId();
    return id.getSession() + "/" + id.getSequence();
  }

  boolean hasOperations() {
    return invoked.getOperationsCount() > 0;
  }

  @Override
  public String toString() {
    var id = id();
    return "call %d (%s of guest %s%s)"
        .formatted(
            invoked.getCall(),
            invoked.getName(),
            invoked.getGuest(),
            id == null ? "" : ", request " + id);
  }
}
