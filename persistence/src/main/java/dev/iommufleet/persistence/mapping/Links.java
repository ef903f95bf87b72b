package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.AttachOutcome;
import dev.iommufleet.protocol.api.v1.Bind;
import dev.iommufleet.protocol.api.v1.Detach;
import dev.iommufleet.protocol.api.v1.Drain;
import dev.iommufleet.protocol.api.v1.Flush;
import dev.iommufleet.protocol.api.v1.HostProvider;
import dev.iommufleet.protocol.api.v1.InvalidateTlb;
import dev.iommufleet.protocol.api.v1.PageRequestAnswered;
import dev.iommufleet.protocol.api.v1.Respond;
import dev.iommufleet.protocol.api.v1.Unbind;

/** What goes over the link between an IOMMU and a device to and from its messages. */
public final class Links {
  private static final int PASID_ENTRY_WORDS = 8;
  private static final int ADDRESS_WIDTH_BITS = 7;
  private static final int MOST_PASID_BITS = 20;

  private Links() {}

  // ---- commands ----

  public static dev.iommufleet.protocol.api.v1.Command write(Command command) {
    var message = dev.iommufleet.protocol.api.v1.Command.newBuilder();
    return switch (command) {
      case Command.Bind it -> message.setBind(bind(it)).build();
      case Command.Unbind(int pasid, boolean toDefault) ->
          message.setUnbind(Unbind.newBuilder().setPasid(pasid).setToDefault(toDefault)).build();
      case Command.Respond it -> message.setRespond(respond(it)).build();
      case Command.PageRequestAnswered(long number, int errno) ->
          message
              .setPageRequestAnswered(
                  PageRequestAnswered.newBuilder().setNumber(number).setErrno(errno))
              .build();
      case Command.Detach() -> message.setDetach(Detach.getDefaultInstance()).build();
      case Command.Flush it -> message.setFlush(flush(it)).build();
      case Command.InvalidateTlb it -> message.setInvalidateTlb(invalidate(it)).build();
      case Command.Drain() -> message.setDrain(Drain.getDefaultInstance()).build();
    };
  }

  /**
   * @throws MalformedException unknown kind, or a number wider than its field
   */
  public static Command read(dev.iommufleet.protocol.api.v1.Command message) {
    return switch (message.getKindCase()) {
      case BIND -> bind(message.getBind());
      case UNBIND ->
          new Command.Unbind(
              Fields.pasidIndex(message.getUnbind().getPasid()),
              message.getUnbind().getToDefault());
      case RESPOND -> respond(message.getRespond());
      case PAGE_REQUEST_ANSWERED ->
          new Command.PageRequestAnswered(
              message.getPageRequestAnswered().getNumber(),
              message.getPageRequestAnswered().getErrno());
      case DETACH -> new Command.Detach();
      case FLUSH -> flush(message.getFlush());
      case INVALIDATE_TLB -> invalidate(message.getInvalidateTlb());
      case DRAIN -> new Command.Drain();
      case KIND_NOT_SET -> throw Fields.unknownKind("a command");
    };
  }

  private static Bind bind(Command.Bind command) {
    return Bind.newBuilder()
        .setPasid(command.pasid())
        .addAllEntry(Fields.words(command.entry()))
        .setPasidObject(command.pasidObject())
        .setBlockOnFailure(command.blockOnFailure())
        .setPageRequests(command.pageRequests())
        .build();
  }

  private static Command.Bind bind(Bind message) {
    return new Command.Bind(
        Fields.pasidIndex(message.getPasid()),
        Fields.words("PASID entry", message.getEntryList(), PASID_ENTRY_WORDS),
        message.getPasidObject(),
        message.getBlockOnFailure(),
        message.getPageRequests());
  }

  private static Respond respond(Command.Respond command) {
    var message = Respond.newBuilder().setGroupIndex(command.groupIndex()).setCode(command.code());
    if (command.pasid() != Access.NO_PASID) {
      message.setPasid(command.pasid());
    }
    return message.build();
  }

  private static Command.Respond respond(Respond message) {
    return new Command.Respond(
        Fields.pasid(message.hasPasid(), message.getPasid()),
        Fields.bits("group index", message.getGroupIndex(), 9),
        Fields.bits("code", message.getCode(), 4));
  }

  private static Flush flush(Command.Flush command) {
    return Flush.newBuilder()
        .setPasid(command.pasid())
        .setAddress(command.address())
        .setPages(command.pages())
        .setLeaf(command.leaf())
        .build();
  }

  private static Command.Flush flush(Flush message) {
    return new Command.Flush(
        Fields.pasidIndex(message.getPasid()),
        message.getAddress(),
        message.getPages(),
        message.getLeaf());
  }

  private static InvalidateTlb invalidate(Command.InvalidateTlb command) {
    var message =
        InvalidateTlb.newBuilder()
            .setItag(command.itag())
            .setAllPasids(command.allPasids())
            .setAddress(command.address())
            .setSize(command.size());
    if (command.pasid() != Access.NO_PASID) {
      message.setPasid(command.pasid());
    }
    return message.build();
  }

  private static Command.InvalidateTlb invalidate(InvalidateTlb message) {
    return new Command.InvalidateTlb(
        Fields.bits("itag", message.getItag(), 5),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getAllPasids(),
        message.getAddress(),
        message.getSize());
  }

  // ---- hosts ----

  public static dev.iommufleet.protocol.api.v1.HostInfo write(HostInfo host) {
    return dev.iommufleet.protocol.api.v1.HostInfo.newBuilder()
        .setProvider(write(host.provider()))
        .setAddressWidth(host.addressWidth())
        .setHardwareType(host.hardwareType())
        .setCap(host.cap())
        .setEcap(host.ecap())
        .setPasidWidth(host.pasidWidth())
        .setBehindAlias(host.behindAlias())
        .build();
  }

  /**
   * @throws MalformedException unknown provider, or a number wider than its field
   */
  public static HostInfo read(dev.iommufleet.protocol.api.v1.HostInfo message) {
    return new HostInfo(
        read(message.getProvider()),
        Fields.bits("address width", message.getAddressWidth(), ADDRESS_WIDTH_BITS),
        Fields.count("hardware type", message.getHardwareType()),
        message.getCap(),
        message.getEcap(),
        Fields.atMost("PASID width", message.getPasidWidth(), MOST_PASID_BITS),
        message.getBehindAlias());
  }

  private static HostProvider write(HostInfo.Provider value) {
    return switch (value) {
      case IOMMUFD -> HostProvider.HOST_PROVIDER_IOMMUFD;
      case LEGACY -> HostProvider.HOST_PROVIDER_LEGACY;
      case MUTE -> HostProvider.HOST_PROVIDER_MUTE;
    };
  }

  private static HostInfo.Provider read(HostProvider value) {
    return switch (value) {
      case HOST_PROVIDER_IOMMUFD -> HostInfo.Provider.IOMMUFD;
      case HOST_PROVIDER_LEGACY -> HostInfo.Provider.LEGACY;
      case HOST_PROVIDER_MUTE -> HostInfo.Provider.MUTE;
      case HOST_PROVIDER_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("host provider");
    };
  }

  // ---- outcomes ----

  static dev.iommufleet.protocol.api.v1.AttachOutcome write(AttachOutcome value) {
    return switch (value) {
      case ACCEPTED -> dev.iommufleet.protocol.api.v1.AttachOutcome.ATTACH_OUTCOME_ACCEPTED;
      case CACHING_MODE_OFF ->
          dev.iommufleet.protocol.api.v1.AttachOutcome.ATTACH_OUTCOME_CACHING_MODE_OFF;
      case ALREADY_ATTACHED ->
          dev.iommufleet.protocol.api.v1.AttachOutcome.ATTACH_OUTCOME_ALREADY_ATTACHED;
      case NO_CAPABILITY_QUERY ->
          dev.iommufleet.protocol.api.v1.AttachOutcome.ATTACH_OUTCOME_NO_CAPABILITY_QUERY;
      case WIDTH_UNKNOWN ->
          dev.iommufleet.protocol.api.v1.AttachOutcome.ATTACH_OUTCOME_WIDTH_UNKNOWN;
      case WIDTH_EXCEEDED ->
          dev.iommufleet.protocol.api.v1.AttachOutcome.ATTACH_OUTCOME_WIDTH_EXCEEDED;
      case NEEDS_IOMMUFD ->
          dev.iommufleet.protocol.api.v1.AttachOutcome.ATTACH_OUTCOME_NEEDS_IOMMUFD;
      case OTHER_HARDWARE ->
          dev.iommufleet.protocol.api.v1.AttachOutcome.ATTACH_OUTCOME_OTHER_HARDWARE;
      case FIRST_STAGE_1GIB_MISSING ->
          dev.iommufleet.protocol.api.v1.AttachOutcome.ATTACH_OUTCOME_FIRST_STAGE_1GIB_MISSING;
      case PASID_WIDTH_EXCEEDED ->
          dev.iommufleet.protocol.api.v1.AttachOutcome.ATTACH_OUTCOME_PASID_WIDTH_EXCEEDED;
      case BEHIND_ALIAS -> dev.iommufleet.protocol.api.v1.AttachOutcome.ATTACH_OUTCOME_BEHIND_ALIAS;
      case TOO_MANY -> dev.iommufleet.protocol.api.v1.AttachOutcome.ATTACH_OUTCOME_TOO_MANY;
    };
  }

  static AttachOutcome read(dev.iommufleet.protocol.api.v1.AttachOutcome value) {
    return switch (value) {
      case ATTACH_OUTCOME_ACCEPTED -> AttachOutcome.ACCEPTED;
      case ATTACH_OUTCOME_CACHING_MODE_OFF -> AttachOutcome.CACHING_MODE_OFF;
      case ATTACH_OUTCOME_ALREADY_ATTACHED -> AttachOutcome.ALREADY_ATTACHED;
      case ATTACH_OUTCOME_NO_CAPABILITY_QUERY -> AttachOutcome.NO_CAPABILITY_QUERY;
      case ATTACH_OUTCOME_WIDTH_UNKNOWN -> AttachOutcome.WIDTH_UNKNOWN;
      case ATTACH_OUTCOME_WIDTH_EXCEEDED -> AttachOutcome.WIDTH_EXCEEDED;
      case ATTACH_OUTCOME_NEEDS_IOMMUFD -> AttachOutcome.NEEDS_IOMMUFD;
      case ATTACH_OUTCOME_OTHER_HARDWARE -> AttachOutcome.OTHER_HARDWARE;
      case ATTACH_OUTCOME_FIRST_STAGE_1GIB_MISSING -> AttachOutcome.FIRST_STAGE_1GIB_MISSING;
      case ATTACH_OUTCOME_PASID_WIDTH_EXCEEDED -> AttachOutcome.PASID_WIDTH_EXCEEDED;
      case ATTACH_OUTCOME_BEHIND_ALIAS -> AttachOutcome.BEHIND_ALIAS;
      case ATTACH_OUTCOME_TOO_MANY -> AttachOutcome.TOO_MANY;
      case ATTACH_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("attach outcome");
    };
  }
}
