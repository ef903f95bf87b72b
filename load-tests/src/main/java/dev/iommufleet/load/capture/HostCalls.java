package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.device.Host;
import dev.iommufleet.hardware.device.HostCall;
import dev.iommufleet.hardware.device.Iommufd;

/** Calls into the host's kernel in the capture's terms. */
final class HostCalls {
  private static final long HOST = 1L << 41;
  private static final long MESSAGE = 1L << 42;
  private static final int FIRST_STAGE_DATA = 1;
  private static final int FIRST_STAGE_DATA_BYTES = 24;
  private static final int INVALIDATION_BYTES = 24;

  private HostCalls() {}

  // ---- groups: devices have no order among each other ---------------------------------------

  /** The event group of a device's calls; device 0: an object that no device has. */
  static long group(long deviceId) {
    return HOST | deviceId;
  }

  /** The event group of what is printed; texts have no order among each other. */
  static long group(String message) {
    return HOST | MESSAGE | message.hashCode() & 0xFFFF_FFFFL;
  }

  /** Whether the group is about a host, not about an address space. */
  static boolean isHost(long group) {
    return group != Event.NO_GROUP && (group & HOST) != 0;
  }

  // ---- events ------------------------------------------------------------------------------

  static boolean isCall(EventType type) {
    return switch (type) {
      case HOST_HWPT_ALLOC, HOST_HWPT_FREE, HOST_ATTACH, HOST_DETACH, HOST_INVALIDATE -> true;
      default -> false;
    };
  }

  /** What two calls have in common when the one can stand for the other. */
  record Key(EventType type, long device, long pasid) {}

  /** Key of a captured or made call. */
  static Key key(Event event) {
    return switch (event.type) {
      case HOST_HWPT_ALLOC -> new Key(event.type, event.get(Field.DEVID), 0);
      case HOST_HWPT_FREE -> new Key(event.type, event.get(Field.ID), 0);
      case HOST_ATTACH, HOST_DETACH ->
          new Key(event.type, event.get(Field.DEVID), event.get(Field.PASID));
      case HOST_INVALIDATE -> new Key(event.type, event.get(Field.HWPT), 0);
      default -> throw new IllegalArgumentException(event.type + " is no call");
    };
  }

  /** The kernel's answer, as the line tells it. */
  static Host.Reply reply(Event event) {
    int value =
        switch (event.type) {
          case HOST_HWPT_ALLOC -> event.getInt(Field.ID);
          case HOST_INVALIDATE -> event.getInt(Field.ENTRY_NUM_OUT);
          default -> 0;
        };
    return new Host.Reply(event.getInt(Field.RET), value);
  }

  /** A call of the device under {@code sourceId}, as the kernel stands before it. */
  static Event event(HostCall call, int sourceId, Iommufd kernel) {
    return switch (call) {
      case HostCall.Allocate c ->
          begin(EventType.HOST_HWPT_ALLOC)
              .put(Field.DEVID, c.deviceId())
              .put(Field.PARENT, c.parent())
              .put(Field.FLAGS, c.flags())
              .put(Field.DATA_TYPE, FIRST_STAGE_DATA)
              .put(Field.DATA_LEN, FIRST_STAGE_DATA_BYTES)
              .put(Field.S1_FLAGS, c.tableFlags())
              .put(Field.ADDR_WIDTH, c.addressWidth())
              .put(Field.PGTBL_ADDR, c.table());
      case HostCall.Free c -> begin(EventType.HOST_HWPT_FREE).put(Field.ID, c.object());
      case HostCall.Attach c -> {
        int old = attached(kernel, c.deviceId(), c.pasid());
        yield begin(EventType.HOST_ATTACH)
            .put(Field.DEVID, c.deviceId())
            .put(Field.SID, sourceId)
            .put(Field.PASID, c.pasid())
            .put(Field.HWPT, c.object())
            .put(Field.MODE, old == 0 ? Word.ATTACH : Word.REPLACE)
            .put(Field.OLD_HWPT, old);
      }
      case HostCall.Detach c ->
          begin(EventType.HOST_DETACH)
              .put(Field.DEVID, c.deviceId())
              .put(Field.SID, sourceId)
              .put(Field.PASID, c.pasid())
              .put(Field.OLD_HWPT, attached(kernel, c.deviceId(), c.pasid()));
      case HostCall.Invalidate c ->
          begin(EventType.HOST_INVALIDATE)
              .put(Field.HWPT, c.object())
              .put(Field.DATA_TYPE, 0)
              .put(Field.ENTRY_LEN, INVALIDATION_BYTES)
              .put(Field.ADDR, c.address())
              .put(Field.NPAGES, c.pages())
              .put(Field.FLAGS, c.leaf())
              .put(Field.ENTRY_NUM, 1);
      case HostCall.AllocatePaging _,
          HostCall.AllocateQueue _,
          HostCall.ReadFaults _,
          HostCall.WriteFaults _ ->
          throw new IllegalArgumentException("The reference makes no such call: " + call);
    };
  }

  /** Adds the kernel's answer. */
  static void answered(Event event, Host.Reply reply) {
    event.put(Field.RET, reply.errno());
    if (event.type == EventType.HOST_HWPT_ALLOC) {
      event.put(Field.ID, reply.value());
    } else if (event.type == EventType.HOST_INVALIDATE) {
      event.put(Field.ENTRY_NUM_OUT, reply.value());
    }
  }

  /** What the reference prints. */
  static Event message(String text) {
    Event event = begin(EventType.HOST_MESSAGE).put(Field.TEXT, text);
    event.group = group(text);
    return event;
  }

  private static Event begin(EventType type) {
    return new Event().start(type, 0);
  }

  private static int attached(Iommufd kernel, int deviceId, int pasid) {
    return kernel.attachments(deviceId).getOrDefault(pasid, 0);
  }
}
