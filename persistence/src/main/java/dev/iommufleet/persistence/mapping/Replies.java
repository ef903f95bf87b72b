package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.vtd.BusStatus;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.protocol.api.v1.AtsEntry;
import dev.iommufleet.protocol.api.v1.AtsTranslations;
import dev.iommufleet.protocol.api.v1.AttachAnswer;
import dev.iommufleet.protocol.api.v1.DetachAnswer;
import dev.iommufleet.protocol.api.v1.DmaDone;
import dev.iommufleet.protocol.api.v1.Done;
import dev.iommufleet.protocol.api.v1.MemoryBytes;
import dev.iommufleet.protocol.api.v1.NotifierAdded;
import dev.iommufleet.protocol.api.v1.PageRequestAnswer;
import dev.iommufleet.protocol.api.v1.RegisterValue;
import dev.iommufleet.protocol.api.v1.RemappedInterrupt;
import dev.iommufleet.protocol.api.v1.Translation;

/** {@link Reply} to and from its message. */
public final class Replies {
  private static final int PERMISSION_BITS = 4;
  private static final int REASON_BITS = 8;

  private static final dev.iommufleet.protocol.api.v1.Reply DONE_OK =
      dev.iommufleet.protocol.api.v1.Reply.newBuilder()
          .setDone(Done.newBuilder().setStatus(BusValues.write(BusStatus.OK)))
          .build();

  private Replies() {}

  public static dev.iommufleet.protocol.api.v1.Reply write(Reply reply) {
    var message = dev.iommufleet.protocol.api.v1.Reply.newBuilder();
    return switch (reply) {
      case Reply.RegisterValue(var status, long value) ->
          message
              .setRegisterValue(
                  RegisterValue.newBuilder().setStatus(BusValues.write(status)).setValue(value))
              .build();
      case Reply.Done(var status) -> done(status);
      case Reply.MemoryBytes(var status, byte[] bytes) ->
          message
              .setMemoryBytes(
                  MemoryBytes.newBuilder()
                      .setStatus(BusValues.write(status))
                      .setData(Operations.bytes(bytes)))
              .build();
      case Reply.Translation translation ->
          message.setTranslation(translation(translation)).build();
      case Reply.DmaDone(var status, byte[] data) ->
          message
              .setDmaDone(
                  DmaDone.newBuilder()
                      .setStatus(BusValues.write(status))
                      .setData(Operations.bytes(data)))
              .build();
      case Reply.RemappedInterrupt remapped ->
          message.setRemappedInterrupt(remapped(remapped)).build();
      case Reply.AtsTranslations translations ->
          message.setAtsTranslations(ats(translations)).build();
      case Reply.PageRequestAnswer(var status) ->
          message
              .setPageRequestAnswer(
                  PageRequestAnswer.newBuilder().setStatus(BusValues.write(status)))
              .build();
      case Reply.NotifierAdded(var status) ->
          message
              .setNotifierAdded(NotifierAdded.newBuilder().setStatus(BusValues.write(status)))
              .build();
      case Reply.DeviceAttached attached -> message.setAttachAnswer(attach(attached)).build();
      case Reply.DeviceDetached detached -> message.setDetachAnswer(detach(detached)).build();
    };
  }

  private static AttachAnswer attach(Reply.DeviceAttached reply) {
    return AttachAnswer.newBuilder()
        .setOutcome(Links.write(reply.outcome()))
        .setWanted(reply.wanted())
        .setOffered(reply.offered())
        .build();
  }

  private static DetachAnswer detach(Reply.DeviceDetached reply) {
    return DetachAnswer.newBuilder()
        .setWasAttached(reply.wasAttached())
        .setBindings(reply.bindings())
        .build();
  }

  /**
   * The reply that a message holds. {@code awaited} is not one of the hardware's: whoever runs
   * requests takes it out before.
   *
   * @throws MalformedException unknown kind, or a number wider than its field
   */
  public static Reply read(dev.iommufleet.protocol.api.v1.Reply message) {
    return switch (message.getKindCase()) {
      case REGISTER_VALUE ->
          new Reply.RegisterValue(
              BusValues.read(message.getRegisterValue().getStatus()),
              message.getRegisterValue().getValue());
      case DONE -> new Reply.Done(BusValues.read(message.getDone().getStatus()));
      case MEMORY_BYTES ->
          new Reply.MemoryBytes(
              BusValues.read(message.getMemoryBytes().getStatus()),
              message.getMemoryBytes().getData().toByteArray());
      case TRANSLATION -> translation(message.getTranslation());
      case DMA_DONE ->
          new Reply.DmaDone(
              BusValues.read(message.getDmaDone().getStatus()),
              message.getDmaDone().getData().toByteArray());
      case REMAPPED_INTERRUPT -> remapped(message.getRemappedInterrupt());
      case ATS_TRANSLATIONS -> ats(message.getAtsTranslations());
      case PAGE_REQUEST_ANSWER ->
          new Reply.PageRequestAnswer(BusValues.read(message.getPageRequestAnswer().getStatus()));
      case NOTIFIER_ADDED ->
          new Reply.NotifierAdded(BusValues.read(message.getNotifierAdded().getStatus()));
      case ATTACH_ANSWER -> attached(message.getAttachAnswer());
      case DETACH_ANSWER ->
          new Reply.DeviceDetached(
              message.getDetachAnswer().getWasAttached(),
              Fields.count("bindings", message.getDetachAnswer().getBindings()));
      case AWAITED ->
          throw new IllegalStateException("awaited reached the hardware's replies: " + message);
      case KIND_NOT_SET -> throw Fields.unknownKind("a reply");
    };
  }

  private static dev.iommufleet.protocol.api.v1.Reply done(BusStatus status) {
    return status == BusStatus.OK
        ? DONE_OK
        : dev.iommufleet.protocol.api.v1.Reply.newBuilder()
            .setDone(Done.newBuilder().setStatus(BusValues.write(status)))
            .build();
  }

  private static Reply.DeviceAttached attached(AttachAnswer message) {
    return new Reply.DeviceAttached(
        Links.read(message.getOutcome()),
        Fields.count("wanted", message.getWanted()),
        Fields.count("offered", message.getOffered()));
  }

  static Translation translation(Reply.Translation reply) {
    return Translation.newBuilder()
        .setOk(reply.ok())
        .setSource(BusValues.write(reply.source()))
        .setContextCacheHit(reply.contextCacheHit())
        .setIova(reply.iova())
        .setAddress(reply.address())
        .setMask(reply.mask())
        .setPermissions(reply.permissions())
        .setFaultReason(reply.faultReason())
        .build();
  }

  static Reply.Translation translation(Translation message) {
    return new Reply.Translation(
        message.getOk(),
        BusValues.read(message.getSource()),
        message.getContextCacheHit(),
        message.getIova(),
        message.getAddress(),
        message.getMask(),
        Fields.bits("permissions", message.getPermissions(), PERMISSION_BITS),
        Fields.bits("fault reason", message.getFaultReason(), REASON_BITS));
  }

  static RemappedInterrupt remapped(Reply.RemappedInterrupt reply) {
    return RemappedInterrupt.newBuilder()
        .setOk(reply.ok())
        .setAddress(reply.address())
        .setData(reply.data())
        .setFaultReason(reply.faultReason())
        .build();
  }

  static Reply.RemappedInterrupt remapped(RemappedInterrupt message) {
    return new Reply.RemappedInterrupt(
        message.getOk(),
        message.getAddress(),
        message.getData(),
        Fields.bits("fault reason", message.getFaultReason(), REASON_BITS));
  }

  private static AtsTranslations ats(Reply.AtsTranslations reply) {
    var message =
        AtsTranslations.newBuilder()
            .setStatus(BusValues.write(reply.status()))
            .setErrorCount(reply.errorCount());
    for (var entry : reply.entries()) {
      message.addEntries(
          AtsEntry.newBuilder()
              .setIova(entry.iova())
              .setAddress(entry.address())
              .setMask(entry.mask())
              .setPermissions(entry.permissions()));
    }
    return message.build();
  }

  private static Reply.AtsTranslations ats(AtsTranslations message) {
    return new Reply.AtsTranslations(
        BusValues.read(message.getStatus()),
        Fields.count("error count", message.getErrorCount()),
        message.getEntriesList().stream().map(Replies::entry).toList());
  }

  private static Reply.AtsEntry entry(AtsEntry message) {
    return new Reply.AtsEntry(
        message.getIova(),
        message.getAddress(),
        message.getMask(),
        Fields.bits("permissions", message.getPermissions(), PERMISSION_BITS));
  }
}
