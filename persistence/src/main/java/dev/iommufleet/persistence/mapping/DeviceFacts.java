package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.protocol.api.v1.BindingKept;
import dev.iommufleet.protocol.api.v1.BindingLimitReached;
import dev.iommufleet.protocol.api.v1.CommandAcknowledged;
import dev.iommufleet.protocol.api.v1.CommandFailed;
import dev.iommufleet.protocol.api.v1.CommandPosted;
import dev.iommufleet.protocol.api.v1.CommandsEnded;
import dev.iommufleet.protocol.api.v1.DeviceAttached;
import dev.iommufleet.protocol.api.v1.DeviceDetached;
import dev.iommufleet.protocol.api.v1.DeviceDetaching;
import dev.iommufleet.protocol.api.v1.DeviceRequestTaken;
import dev.iommufleet.protocol.api.v1.LinkKept;
import dev.iommufleet.protocol.api.v1.PageGroupClosed;
import dev.iommufleet.protocol.api.v1.PageGroupOpened;

/** Facts of attached devices to and from their messages. */
final class DeviceFacts {
  private static final int PASID_ENTRY_WORDS = 8;
  private static final int GROUP_INDEX_BITS = 9;

  private DeviceFacts() {}

  /**
   * The fact of a device that a message holds.
   *
   * @throws MalformedException unknown kind, or a number wider than its field
   */
  static Fact read(dev.iommufleet.protocol.api.v1.Fact message) {
    return switch (message.getKindCase()) {
      case DEVICE_ATTACHED -> read(message.getDeviceAttached());
      case DEVICE_DETACHING -> read(message.getDeviceDetaching());
      case DEVICE_DETACHED -> read(message.getDeviceDetached());
      case COMMAND_POSTED -> read(message.getCommandPosted());
      case COMMAND_FAILED -> read(message.getCommandFailed());
      case COMMANDS_ENDED -> read(message.getCommandsEnded());
      case DEVICE_REQUEST_TAKEN -> read(message.getDeviceRequestTaken());
      case PAGE_GROUP_OPENED -> read(message.getPageGroupOpened());
      case PAGE_GROUP_CLOSED -> read(message.getPageGroupClosed());
      case BINDING_KEPT -> read(message.getBindingKept());
      case LINK_KEPT -> read(message.getLinkKept());
      case COMMAND_ACKNOWLEDGED -> read(message.getCommandAcknowledged());
      case BINDING_LIMIT_REACHED -> read(message.getBindingLimitReached());
      default -> throw Fields.unknownKind("a fact");
    };
  }

  static DeviceAttached write(Fact.DeviceAttached fact) {
    var message = DeviceAttached.newBuilder().setSourceId(fact.sourceId()).setEpoch(fact.epoch());
    if (fact.host() != null) {
      message.setHost(Links.write(fact.host()));
    }
    return message.build();
  }

  static Fact.DeviceAttached read(DeviceAttached message) {
    return new Fact.DeviceAttached(
        Fields.sourceId(message.getSourceId()),
        message.getEpoch(),
        message.hasHost() ? Links.read(message.getHost()) : null);
  }

  static DeviceDetaching write(Fact.DeviceDetaching fact) {
    return DeviceDetaching.newBuilder().setSourceId(fact.sourceId()).build();
  }

  static Fact.DeviceDetaching read(DeviceDetaching message) {
    return new Fact.DeviceDetaching(Fields.sourceId(message.getSourceId()));
  }

  static DeviceDetached write(Fact.DeviceDetached fact) {
    return DeviceDetached.newBuilder().setSourceId(fact.sourceId()).build();
  }

  static Fact.DeviceDetached read(DeviceDetached message) {
    return new Fact.DeviceDetached(Fields.sourceId(message.getSourceId()));
  }

  static CommandPosted write(Fact.CommandPosted fact) {
    return CommandPosted.newBuilder()
        .setSourceId(fact.sourceId())
        .setId(fact.id())
        .setPrevious(fact.previous())
        .setCommand(Links.write(fact.command()))
        .build();
  }

  static Fact.CommandPosted read(CommandPosted message) {
    return new Fact.CommandPosted(
        Fields.sourceId(message.getSourceId()),
        message.getId(),
        message.getPrevious(),
        Links.read(message.getCommand()));
  }

  static CommandFailed write(Fact.CommandFailed fact) {
    return CommandFailed.newBuilder()
        .setSourceId(fact.sourceId())
        .setId(fact.id())
        .setErrno(fact.errno())
        .setStays(fact.stays())
        .build();
  }

  static Fact.CommandFailed read(CommandFailed message) {
    return new Fact.CommandFailed(
        Fields.sourceId(message.getSourceId()),
        message.getId(),
        message.getErrno(),
        message.getStays());
  }

  static CommandsEnded write(Fact.CommandsEnded fact) {
    return CommandsEnded.newBuilder().setSourceId(fact.sourceId()).setUpTo(fact.upTo()).build();
  }

  static Fact.CommandsEnded read(CommandsEnded message) {
    return new Fact.CommandsEnded(Fields.sourceId(message.getSourceId()), message.getUpTo());
  }

  static DeviceRequestTaken write(Fact.DeviceRequestTaken fact) {
    return DeviceRequestTaken.newBuilder()
        .setSourceId(fact.sourceId())
        .setNumber(fact.number())
        .build();
  }

  static Fact.DeviceRequestTaken read(DeviceRequestTaken message) {
    return new Fact.DeviceRequestTaken(Fields.sourceId(message.getSourceId()), message.getNumber());
  }

  static PageGroupOpened write(Fact.PageGroupOpened fact) {
    return PageGroupOpened.newBuilder()
        .setSourceId(fact.sourceId())
        .setPasid(fact.pasid())
        .setGroupIndex(fact.groupIndex())
        .build();
  }

  static Fact.PageGroupOpened read(PageGroupOpened message) {
    return new Fact.PageGroupOpened(
        Fields.sourceId(message.getSourceId()),
        Fields.pasidIndex(message.getPasid()),
        Fields.bits("group index", message.getGroupIndex(), GROUP_INDEX_BITS));
  }

  static PageGroupClosed write(Fact.PageGroupClosed fact) {
    return PageGroupClosed.newBuilder()
        .setSourceId(fact.sourceId())
        .setPasid(fact.pasid())
        .setGroupIndex(fact.groupIndex())
        .build();
  }

  static Fact.PageGroupClosed read(PageGroupClosed message) {
    return new Fact.PageGroupClosed(
        Fields.sourceId(message.getSourceId()),
        Fields.pasidIndex(message.getPasid()),
        Fields.bits("group index", message.getGroupIndex(), GROUP_INDEX_BITS));
  }

  static BindingKept write(Fact.BindingKept fact) {
    return BindingKept.newBuilder()
        .setSourceId(fact.sourceId())
        .setPasid(fact.pasid())
        .setOrder(fact.order())
        .addAllEntry(Fields.words(fact.entry()))
        .setFailed(fact.failed())
        .setTold(fact.told())
        .setPageRequests(fact.pageRequests())
        .build();
  }

  static Fact.BindingKept read(BindingKept message) {
    return new Fact.BindingKept(
        Fields.sourceId(message.getSourceId()),
        Fields.pasidIndex(message.getPasid()),
        message.getOrder(),
        message.getTold(),
        Fields.words("PASID entry", message.getEntryList(), PASID_ENTRY_WORDS),
        message.getFailed(),
        message.getPageRequests());
  }

  static LinkKept write(Fact.LinkKept fact) {
    return LinkKept.newBuilder()
        .setSourceId(fact.sourceId())
        .setLastId(fact.lastId())
        .setLastNumbered(fact.lastNumbered())
        .setLastRequest(fact.lastRequest())
        .build();
  }

  static Fact.LinkKept read(LinkKept message) {
    return new Fact.LinkKept(
        Fields.sourceId(message.getSourceId()),
        message.getLastId(),
        message.getLastNumbered(),
        message.getLastRequest());
  }

  static CommandAcknowledged write(Fact.CommandAcknowledged fact) {
    return CommandAcknowledged.newBuilder().setSourceId(fact.sourceId()).setId(fact.id()).build();
  }

  static Fact.CommandAcknowledged read(CommandAcknowledged message) {
    return new Fact.CommandAcknowledged(Fields.sourceId(message.getSourceId()), message.getId());
  }

  static BindingLimitReached write(Fact.BindingLimitReached fact) {
    return BindingLimitReached.newBuilder()
        .setSourceId(fact.sourceId())
        .setPasid(fact.pasid())
        .build();
  }

  static Fact.BindingLimitReached read(BindingLimitReached message) {
    return new Fact.BindingLimitReached(
        Fields.sourceId(message.getSourceId()), Fields.pasidIndex(message.getPasid()));
  }
}
