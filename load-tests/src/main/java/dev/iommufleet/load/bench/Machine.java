package dev.iommufleet.load.bench;

import dev.iommufleet.hardware.vtd.BusStatus;
import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.hardware.vtd.Reply.Source;

/** An IOMMU in this process, and the guest that owns it. */
final class Machine {
  final Iommu iommu;
  final Guest guest;

  Machine(Mode mode, Profile profile) {
    iommu = new Iommu(IommuConfig.of(profile, mode.capabilities));
    guest = new Guest(mode, this::accepted);
  }

  private void accepted(Operation operation) {
    var reply = iommu.execute(operation, FactSink.NONE);
    if (!reply.equals(new Reply.Done(BusStatus.OK))) {
      throw new IllegalStateException(operation + " was answered with " + reply);
    }
  }

  /** Translates the pages {@code [0, count)} for a function, each by a walk. */
  void touch(int source, int count) {
    for (int page = 0; page < count; page++) {
      translated(Guest.read(source, page), Source.WALK);
    }
  }

  /** Translates, and makes sure that the answer came from there. */
  Reply translated(Operation.Translate request, Source source) {
    var reply = iommu.execute(request, FactSink.NONE);
    if (!(reply instanceof Reply.Translation answer) || !answer.ok() || answer.source() != source) {
      throw new IllegalStateException(
          request + " was to be answered by " + source + " and was answered with " + reply);
    }
    return reply;
  }
}
