package dev.iommufleet.persistence.mapping;

import static dev.iommufleet.hardware.vtd.Access.NO_PASID;

import dev.iommufleet.hardware.device.HostCall;
import dev.iommufleet.hardware.device.HostFault;
import dev.iommufleet.hardware.device.HostObject;
import dev.iommufleet.protocol.api.v1.HostDeviceCall;
import dev.iommufleet.protocol.api.v1.HostDeviceFault;
import dev.iommufleet.protocol.api.v1.HostDeviceObject;

/** Calls into the host's kernel, and its objects, to and from their messages. */
public final class HostCalls {
  private static final int FLAG_BITS = 4;

  private HostCalls() {}

  public static HostDeviceCall write(HostCall value) {
    var message = HostDeviceCall.newBuilder();
    write(value, message);
    return message.build();
  }

  private static void write(HostCall value, HostDeviceCall.Builder message) {
    switch (value) {
      case HostCall.Allocate it -> write(it, message.getAllocateBuilder());
      case HostCall.AllocatePaging it ->
          message
              .getAllocatePagingBuilder()
              .setDeviceId(it.deviceId())
              .setFlags(it.flags())
              .setQueue(it.queue());
      case HostCall.AllocateQueue it -> message.getAllocateQueueBuilder().setFlags(it.flags());
      case HostCall.ReadFaults it -> write(it, message.getReadFaultsBuilder());
      case HostCall.WriteFaults it -> write(it, message.getWriteFaultsBuilder());
      case HostCall.Free it -> write(it, message.getFreeBuilder());
      case HostCall.Attach it -> write(it, message.getAttachBuilder());
      case HostCall.Detach it -> write(it, message.getDetachBuilder());
      case HostCall.Invalidate it -> write(it, message.getInvalidateBuilder());
    }
  }

  /**
   * @throws MalformedException unknown kind, or a number wider than its field
   */
  public static HostCall read(HostDeviceCall message) {
    return switch (message.getKindCase()) {
      case ALLOCATE -> read(message.getAllocate());
      case ALLOCATE_PAGING -> read(message.getAllocatePaging());
      case ALLOCATE_QUEUE ->
          new HostCall.AllocateQueue(
              Fields.bits("flags", message.getAllocateQueue().getFlags(), FLAG_BITS));
      case READ_FAULTS -> read(message.getReadFaults());
      case WRITE_FAULTS -> read(message.getWriteFaults());
      case FREE -> read(message.getFree());
      case ATTACH -> read(message.getAttach());
      case DETACH -> read(message.getDetach());
      case INVALIDATE -> read(message.getInvalidate());
      case KIND_NOT_SET -> throw Fields.unknownKind("a call");
    };
  }

  static HostCall.Invalidate invalidate(HostDeviceCall message) {
    return read(message.getInvalidate());
  }

  private static void write(HostCall.Allocate it, HostDeviceCall.Allocate.Builder message) {
    message
        .setDeviceId(it.deviceId())
        .setParent(it.parent())
        .setFlags(it.flags())
        .setTableFlags(it.tableFlags())
        .setAddressWidth(it.addressWidth())
        .setTable(it.table())
        .setQueue(it.queue());
  }

  private static HostCall.Allocate read(HostDeviceCall.Allocate m) {
    return new HostCall.Allocate(
        Fields.count("device id", m.getDeviceId()),
        Fields.count("parent", m.getParent()),
        Fields.bits("flags", m.getFlags(), FLAG_BITS),
        Fields.bits("table flags", m.getTableFlags(), 3),
        Fields.bits("address width", m.getAddressWidth(), 7),
        m.getTable(),
        Fields.count("queue", m.getQueue()));
  }

  private static HostCall.AllocatePaging read(HostDeviceCall.AllocatePaging m) {
    return new HostCall.AllocatePaging(
        Fields.count("device id", m.getDeviceId()),
        Fields.bits("flags", m.getFlags(), FLAG_BITS),
        Fields.count("queue", m.getQueue()));
  }

  private static void write(HostCall.ReadFaults it, HostDeviceCall.ReadFaults.Builder message) {
    message
        .setQueue(it.queue())
        .setOffset(it.offset())
        .setBytes(it.bytes())
        .setWritable(it.writable());
  }

  private static HostCall.ReadFaults read(HostDeviceCall.ReadFaults m) {
    return new HostCall.ReadFaults(
        Fields.count("queue", m.getQueue()),
        Fields.count("offset", m.getOffset()),
        Fields.count("bytes", m.getBytes()),
        Fields.count("writable", m.getWritable()));
  }

  private static void write(HostCall.WriteFaults it, HostDeviceCall.WriteFaults.Builder message) {
    message.setQueue(it.queue()).setOffset(it.offset()).setBytes(it.bytes());
    for (var answer : it.answers()) {
      message.addAnswersBuilder().setCookie(answer.cookie()).setResponseCode(answer.responseCode());
    }
  }

  private static HostCall.WriteFaults read(HostDeviceCall.WriteFaults m) {
    return new HostCall.WriteFaults(
        Fields.count("queue", m.getQueue()),
        Fields.count("offset", m.getOffset()),
        Fields.count("bytes", m.getBytes()),
        m.getAnswersList().stream()
            .map(
                answer ->
                    new HostCall.FaultAnswer(
                        Fields.count("cookie", answer.getCookie()),
                        Fields.count("response code", answer.getResponseCode())))
            .toList());
  }

  private static void write(HostCall.Free it, HostDeviceCall.Free.Builder message) {
    message.setObject(it.object());
  }

  private static HostCall.Free read(HostDeviceCall.Free m) {
    return new HostCall.Free(Fields.count("object", m.getObject()));
  }

  private static void write(HostCall.Attach it, HostDeviceCall.Attach.Builder message) {
    message.setDeviceId(it.deviceId()).setObject(it.object());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static HostCall.Attach read(HostDeviceCall.Attach m) {
    return new HostCall.Attach(
        Fields.count("device id", m.getDeviceId()),
        Fields.pasid(m.hasPasid(), m.getPasid()),
        Fields.count("object", m.getObject()));
  }

  private static void write(HostCall.Detach it, HostDeviceCall.Detach.Builder message) {
    message.setDeviceId(it.deviceId());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static HostCall.Detach read(HostDeviceCall.Detach m) {
    return new HostCall.Detach(
        Fields.count("device id", m.getDeviceId()), Fields.pasid(m.hasPasid(), m.getPasid()));
  }

  private static void write(HostCall.Invalidate it, HostDeviceCall.Invalidate.Builder message) {
    message.setObject(it.object()).setAddress(it.address()).setPages(it.pages()).setLeaf(it.leaf());
  }

  private static HostCall.Invalidate read(HostDeviceCall.Invalidate m) {
    return new HostCall.Invalidate(
        Fields.count("object", m.getObject()), m.getAddress(), m.getPages(), m.getLeaf());
  }

  // ---- objects ----

  public static HostDeviceObject write(HostObject it) {
    return HostDeviceObject.newBuilder()
        .setId(it.id())
        .setOwner(it.owner())
        .setParent(it.parent())
        .setFlags(it.flags())
        .setTableFlags(it.tableFlags())
        .setAddressWidth(it.addressWidth())
        .setTable(it.table())
        .setQueue(it.queue())
        .build();
  }

  static HostObject read(HostDeviceObject m) {
    return new HostObject(
        Fields.count("id", m.getId()),
        Fields.count("owner", m.getOwner()),
        Fields.count("parent", m.getParent()),
        Fields.bits("flags", m.getFlags(), FLAG_BITS),
        Fields.bits("table flags", m.getTableFlags(), 3),
        Fields.bits("address width", m.getAddressWidth(), 7),
        m.getTable(),
        Fields.count("queue", m.getQueue()));
  }

  // ---- page requests ----

  static HostDeviceFault write(HostFault it) {
    var message =
        HostDeviceFault.newBuilder()
            .setDeviceId(it.deviceId())
            .setGroupIndex(it.groupIndex())
            .setAddress(it.address())
            .setPermissions(it.permissions())
            .setLast(it.last());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
    return message.build();
  }

  static HostFault read(HostDeviceFault m) {
    return new HostFault(
        Fields.count("device id", m.getDeviceId()),
        Fields.pasid(m.hasPasid(), m.getPasid()),
        Fields.bits("group index", m.getGroupIndex(), 9),
        m.getAddress(),
        Fields.bits("permissions", m.getPermissions(), 4),
        m.getLast());
  }
}
