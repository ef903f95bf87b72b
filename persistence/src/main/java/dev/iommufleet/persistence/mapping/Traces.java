package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.protocol.api.v1.AddressSpaceSelected;
import dev.iommufleet.protocol.api.v1.PasidCacheEmptied;
import dev.iommufleet.protocol.api.v1.PasidCacheSynced;
import dev.iommufleet.protocol.api.v1.PasidEntrySynced;
import dev.iommufleet.protocol.api.v1.Remapped;
import dev.iommufleet.protocol.api.v1.Translated;
import dev.iommufleet.protocol.api.v1.WindowRefused;

/** {@link Fact.Trace} facts to and from their messages. */
final class Traces {
  private static final dev.iommufleet.protocol.api.v1.Fact EMPTIED =
      dev.iommufleet.protocol.api.v1.Fact.newBuilder()
          .setPasidCacheEmptied(PasidCacheEmptied.getDefaultInstance())
          .build();

  private Traces() {}

  static dev.iommufleet.protocol.api.v1.Fact write(Fact.Trace fact) {
    var message = dev.iommufleet.protocol.api.v1.Fact.newBuilder();
    return switch (fact) {
      case Fact.PasidCacheEmptied() -> EMPTIED;
      case Fact.Translated(var request, var answer) ->
          message
              .setTranslated(
                  Translated.newBuilder()
                      .setRequest(Operations.translate(request))
                      .setAnswer(Replies.translation(answer)))
              .build();
      case Fact.Remapped(var request, var answer) ->
          message
              .setRemapped(
                  Remapped.newBuilder()
                      .setRequest(Operations.remap(request))
                      .setAnswer(Replies.remapped(answer)))
              .build();
      case Fact.WindowRefused(var request) ->
          message
              .setWindowRefused(WindowRefused.newBuilder().setRequest(Operations.window(request)))
              .build();
      case Fact.AddressSpaceSelected it -> message.setAddressSpaceSelected(write(it)).build();
      case Fact.PasidCacheSynced it -> message.setPasidCacheSynced(write(it)).build();
      case Fact.PasidEntrySynced it -> message.setPasidEntrySynced(write(it)).build();
    };
  }

  static Fact.Translated read(Translated message) {
    return new Fact.Translated(
        OperationReader.translate(message.getRequest()), Replies.translation(message.getAnswer()));
  }

  static Fact.Remapped read(Remapped message) {
    return new Fact.Remapped(
        OperationReader.remap(message.getRequest()), Replies.remapped(message.getAnswer()));
  }

  static Fact.WindowRefused read(WindowRefused message) {
    return new Fact.WindowRefused(OperationReader.window(message.getRequest()));
  }

  private static AddressSpaceSelected write(Fact.AddressSpaceSelected fact) {
    var message =
        AddressSpaceSelected.newBuilder()
            .setSourceId(fact.sourceId())
            .setTranslated(fact.translated())
            .setPassThrough(fact.passThrough())
            .setWindowFaults(fact.windowFaults());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.AddressSpaceSelected read(AddressSpaceSelected message) {
    return new Fact.AddressSpaceSelected(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getTranslated(),
        message.getPassThrough(),
        message.getWindowFaults());
  }

  private static PasidCacheSynced write(Fact.PasidCacheSynced fact) {
    var message =
        PasidCacheSynced.newBuilder()
            .setScope(FactValues.write(fact.scope()))
            .setDomainId(fact.domainId());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.PasidCacheSynced read(PasidCacheSynced message) {
    return new Fact.PasidCacheSynced(
        FactValues.read(message.getScope()),
        Fields.bits("domain id", message.getDomainId(), 16),
        Fields.pasid(message.hasPasid(), message.getPasid()));
  }

  private static PasidEntrySynced write(Fact.PasidEntrySynced fact) {
    var message =
        PasidEntrySynced.newBuilder()
            .setSourceId(fact.sourceId())
            .setAction(FactValues.write(fact.action()))
            .addAllEntry(Fields.words(fact.entry()));
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.PasidEntrySynced read(PasidEntrySynced message) {
    return new Fact.PasidEntrySynced(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        FactValues.read(message.getAction()),
        Fields.words("PASID entry", message.getEntryList(), 0, 8));
  }
}
