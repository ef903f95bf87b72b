package dev.iommufleet.hardware.vtd.script;

import static dev.iommufleet.hardware.vtd.script.OutcomePrinter.hex;
import static dev.iommufleet.hardware.vtd.script.OutcomePrinter.pasid;
import static dev.iommufleet.hardware.vtd.script.OutcomePrinter.permissions;
import static dev.iommufleet.hardware.vtd.script.OutcomePrinter.word;

import dev.iommufleet.hardware.vtd.Fact;
import java.util.List;

/** Facts that change state, as lines. Register and latch changes are read back instead. */
final class LastingPrinter {
  private LastingPrinter() {}

  static List<String> lasting(Fact.Lasting fact) {
    return switch (fact) {
      case Fact.MemoryWritten it -> List.of(written(it));
      case Fact.InvalidationSent it -> List.of(sent(it));
      case Fact.InvalidationEnded it ->
          List.of(
              "ended sid="
                  + hex(it.sourceId())
                  + " itag="
                  + hex(it.itag())
                  + " completed="
                  + it.completed());
      case Fact.WaitPended it -> List.of("wait-pending position=" + hex(it.position()));
      case Fact.WaitEnded it ->
          List.of("wait-ended position=" + hex(it.position()) + " completed=" + it.completed());
      case Fact.PasidEntryCached it ->
          List.of(
              "pasid-cached sid="
                  + hex(it.sourceId())
                  + " pasid="
                  + pasid(it.pasid())
                  + " w0="
                  + hex(it.entry()[0])
                  + " w1="
                  + hex(it.entry()[1]));
      case Fact.PasidEntryDropped it ->
          List.of("pasid-dropped sid=" + hex(it.sourceId()) + " pasid=" + pasid(it.pasid()));
      case Fact.OfDevice it -> DevicePrinter.lasting(it);
      case Fact.RegistersChanged _,
          Fact.LatchChanged _,
          Fact.PayloadWritten _,
          Fact.MemoryRangeSet _,
          Fact.AddressSpaceAdded _,
          Fact.AddressSpaceSwitched _,
          Fact.NotifierRegistered _,
          Fact.PageResponseListenerRegistered _,
          Fact.ShadowMapped _,
          Fact.ShadowUnmapped _,
          Fact.FunctionAttached _,
          Fact.FunctionDetached _ ->
          List.of();
    };
  }

  private static String sent(Fact.InvalidationSent it) {
    return "sent sid="
        + hex(it.sourceId())
        + " itag="
        + hex(it.itag())
        + " pasid="
        + pasid(it.pasid())
        + (it.allPasids() ? " all-pasids" : "")
        + " addr="
        + hex(it.address())
        + " size="
        + hex(it.size());
  }

  private static String written(Fact.MemoryWritten it) {
    String address = " addr=" + hex(it.address());
    String end = it.failed() ? " failed" : "";
    long first = word(it.bytes(), 0);
    return switch (it.kind()) {
      case ACCESSED_DIRTY -> "ad" + address + " entry=" + hex(first) + end;
      case WAIT_STATUS -> "status" + address + " data=" + hex(first) + end;
      case PAGE_REQUEST ->
          "prq" + address + " q0=" + hex(first) + " q1=" + hex(word(it.bytes(), 8)) + end;
    };
  }

  static List<String> soft(Fact.Soft fact) {
    return switch (fact) {
      case Fact.IotlbFilled it ->
          List.of(
              "fill sid="
                  + hex(it.sourceId())
                  + " pasid="
                  + pasid(it.pasid())
                  + " gfn="
                  + hex(it.gfn())
                  + " level="
                  + it.level()
                  + " did="
                  + hex(it.domainId())
                  + " perm="
                  + permissions(it.permissions())
                  + " stage="
                  + it.stage());
      case Fact.IotlbInvalidated it ->
          List.of(
              "flush "
                  + it.scope()
                  + " did="
                  + hex(it.domainId())
                  + " pasid="
                  + pasid(it.pasid())
                  + " addr="
                  + hex(it.address())
                  + " am="
                  + hex(it.addressMask())
                  + " removed="
                  + hex(it.removed()));
      case Fact.ContextFilled it -> List.of("context-fill sid=" + hex(it.sourceId()));
      case Fact.ContextsInvalidated it ->
          List.of(
              "context-flush "
                  + (it.global() ? "global" : "sid=" + hex(it.sourceId()))
                  + " fm="
                  + it.functionMask());
      case Fact.ContextCacheEmptied _ -> List.of("context-empty");
      case Fact.CommandAcknowledged _ -> List.of();
    };
  }
}
