package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.protocol.api.v1.ContextCacheEmptied;
import dev.iommufleet.protocol.api.v1.ContextFilled;
import dev.iommufleet.protocol.api.v1.ContextsInvalidated;
import dev.iommufleet.protocol.api.v1.IotlbFilled;
import dev.iommufleet.protocol.api.v1.IotlbInvalidated;

/** {@link Fact.Soft} facts to and from their messages. */
final class SoftFacts {
  private static final dev.iommufleet.protocol.api.v1.Fact EMPTIED =
      dev.iommufleet.protocol.api.v1.Fact.newBuilder()
          .setContextCacheEmptied(ContextCacheEmptied.getDefaultInstance())
          .build();

  private SoftFacts() {}

  static dev.iommufleet.protocol.api.v1.Fact write(Fact.Soft fact) {
    var message = dev.iommufleet.protocol.api.v1.Fact.newBuilder();
    return switch (fact) {
      case Fact.ContextCacheEmptied() -> EMPTIED;
      case Fact.IotlbFilled it -> message.setIotlbFilled(write(it)).build();
      case Fact.IotlbInvalidated it -> message.setIotlbInvalidated(write(it)).build();
      case Fact.ContextFilled it -> message.setContextFilled(write(it)).build();
      case Fact.ContextsInvalidated it -> message.setContextsInvalidated(write(it)).build();
      case Fact.CommandAcknowledged it ->
          message.setCommandAcknowledged(DeviceFacts.write(it)).build();
    };
  }

  private static IotlbFilled write(Fact.IotlbFilled fact) {
    var message =
        IotlbFilled.newBuilder()
            .setSourceId(fact.sourceId())
            .setGfn(fact.gfn())
            .setLevel(fact.level())
            .setDomainId(fact.domainId())
            .setPte(fact.pte())
            .setPermissions(fact.permissions())
            .setStage(fact.stage());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.IotlbFilled read(IotlbFilled message) {
    return new Fact.IotlbFilled(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getGfn(),
        Fields.bits("level", message.getLevel(), 3),
        Fields.bits("domain id", message.getDomainId(), 16),
        message.getPte(),
        Fields.bits("permissions", message.getPermissions(), 4),
        Fields.bits("stage", message.getStage(), 2));
  }

  private static IotlbInvalidated write(Fact.IotlbInvalidated fact) {
    var message =
        IotlbInvalidated.newBuilder()
            .setScope(FactValues.write(fact.scope()))
            .setDomainId(fact.domainId())
            .setAddress(fact.address())
            .setAddressMask(fact.addressMask())
            .setRemoved(fact.removed());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.IotlbInvalidated read(IotlbInvalidated message) {
    return new Fact.IotlbInvalidated(
        FactValues.read(message.getScope()),
        Fields.bits("domain id", message.getDomainId(), 16),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getAddress(),
        Fields.bits("address mask", message.getAddressMask(), 6),
        Fields.count("removed", message.getRemoved()));
  }

  private static ContextFilled write(Fact.ContextFilled fact) {
    var message =
        ContextFilled.newBuilder()
            .setSourceId(fact.sourceId())
            .addAllEntry(Fields.words(fact.entry()));
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.ContextFilled read(ContextFilled message) {
    return new Fact.ContextFilled(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        Fields.words("context entry", message.getEntryList(), 4));
  }

  private static ContextsInvalidated write(Fact.ContextsInvalidated fact) {
    return ContextsInvalidated.newBuilder()
        .setGlobal(fact.global())
        .setSourceId(fact.sourceId())
        .setFunctionMask(fact.functionMask())
        .build();
  }

  static Fact.ContextsInvalidated read(ContextsInvalidated message) {
    return new Fact.ContextsInvalidated(
        message.getGlobal(),
        Fields.sourceId(message.getSourceId()),
        Fields.bits("function mask", message.getFunctionMask(), 2));
  }
}
