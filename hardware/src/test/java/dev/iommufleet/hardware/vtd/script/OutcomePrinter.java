package dev.iommufleet.hardware.vtd.script;

import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.BusStatus;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Reply;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Replies and facts as lines: a kind, then words. Numbers are hexadecimal. */
final class OutcomePrinter {
  private OutcomePrinter() {}

  static List<String> reply(Reply reply) {
    return switch (reply) {
      case Reply.RegisterValue it ->
          List.of("value " + hex(it.value()) + (ok(it.status()) ? "" : " " + it.status()));
      case Reply.Done it -> List.of("done " + it.status());
      case Reply.MemoryBytes it ->
          List.of("word " + (ok(it.status()) ? hex(word(it.bytes(), 0)) : it.status()));
      case Reply.Translation it -> List.of(translation(it));
      case Reply.DmaDone it -> List.of("dma " + it.status() + data(it.data()));
      case Reply.RemappedInterrupt it ->
          List.of(
              it.ok()
                  ? "message addr=" + hex(it.address()) + " data=" + hex(it.data())
                  : "blocked fault=" + hex(it.faultReason()));
      case Reply.AtsTranslations it -> ats(it);
      case Reply.PageRequestAnswer it -> List.of("page-request " + it.status());
      case Reply.NotifierAdded it -> List.of("notifier " + it.status());
      case Reply.DeviceAttached it ->
          List.of("attach " + it.outcome() + " " + it.wanted() + "/" + it.offered());
      case Reply.DeviceDetached it ->
          List.of("detach " + it.wasAttached() + " bindings=" + it.bindings());
    };
  }

  private static boolean ok(BusStatus status) {
    return status == BusStatus.OK;
  }

  private static String data(byte[] data) {
    return data.length == 0 ? "" : " data=" + HexFormat.of().formatHex(data);
  }

  private static String translation(Reply.Translation it) {
    String ways = " mask=" + hex(it.mask()) + " src=" + it.source();
    return it.ok()
        ? "page iova="
            + hex(it.iova())
            + " to="
            + hex(it.address())
            + " perm="
            + permissions(it.permissions())
            + ways
            + " context-hit="
            + it.contextCacheHit()
        : "denied fault=" + hex(it.faultReason()) + ways;
  }

  private static List<String> ats(Reply.AtsTranslations it) {
    var lines = new ArrayList<String>();
    lines.add("ats " + it.status() + " errors=" + hex(it.errorCount()));
    for (Reply.AtsEntry entry : it.entries()) {
      lines.add(
          "entry iova="
              + hex(entry.iova())
              + " to="
              + hex(entry.address())
              + " mask="
              + hex(entry.mask())
              + " perm="
              + permissions(entry.permissions()));
    }
    return lines;
  }

  /** Empty for facts that scripts do not name. */
  static List<String> fact(Fact fact) {
    return switch (fact) {
      case Fact.Lasting it -> LastingPrinter.lasting(it);
      case Fact.Soft it -> LastingPrinter.soft(it);
      case Fact.Outcome it -> List.of(outcome(it));
      case Fact.Trace _ -> List.of();
    };
  }

  private static String outcome(Fact.Outcome outcome) {
    return switch (outcome) {
      case Fact.FaultDetected it -> fault(it);
      case Fact.FaultRecorded it ->
          "record "
              + it.outcome()
              + " index="
              + it.index()
              + " high="
              + hex(it.high())
              + " low="
              + hex(it.low());
      case Fact.InterruptSent it ->
          "msi " + it.cause() + " addr=" + hex(it.address()) + " data=" + hex(it.data());
      case Fact.Notified it -> notified(it);
      case Fact.PageGroupResponded it ->
          "response sid="
              + hex(it.sourceId())
              + " pasid="
              + pasid(it.pasid())
              + " prgi="
              + hex(it.groupIndex())
              + " code="
              + hex(it.code())
              + " delivered="
              + it.delivered();
      case Fact.InterruptEntriesInvalidated it ->
          "iec global=" + it.global() + " index=" + hex(it.index()) + " mask=" + hex(it.mask());
      case Fact.QueueErrorRaised it -> "iqe head=" + hex(it.head()) + " info=" + it.info();
      case Fact.BindingLimitReached it ->
          "not-bound sid=" + hex(it.sourceId()) + " pasid=" + hex(it.pasid());
      case Fact.WalkCut it -> "walk-cut iova=" + hex(it.iova());
    };
  }

  private static String notified(Fact.Notified it) {
    return "notify "
        + it.type()
        + " why="
        + it.reason()
        + " sid="
        + hex(it.sourceId())
        + " space="
        + pasid(it.spacePasid())
        + " iova="
        + hex(it.iova())
        + " to="
        + hex(it.address())
        + " mask="
        + hex(it.mask())
        + " perm="
        + permissions(it.permissions())
        + " pasid="
        + pasid(it.pasid())
        + " delivered="
        + it.delivered();
  }

  private static String fault(Fact.FaultDetected it) {
    Fact.FaultDetails details = it.details();
    String start =
        "fault " + hex(details.reason()) + " " + it.outcome() + " sid=" + hex(details.sourceId());
    return details.interrupt()
        ? start + " index=" + hex(details.index())
        : start
            + " addr="
            + hex(details.address())
            + (details.write() ? " write" : " read")
            + " pasid="
            + (details.pasidPresent() ? hex(details.pasid()) : "-");
  }

  static String permissions(int bits) {
    String letters =
        ((bits & Access.READ) != 0 ? "r" : "")
            + ((bits & Access.WRITE) != 0 ? "w" : "")
            + ((bits & Access.EXECUTE) != 0 ? "x" : "")
            + ((bits & Access.PRIVILEGED) != 0 ? "p" : "");
    return letters.isEmpty() ? "-" : letters;
  }

  static String pasid(int pasid) {
    return pasid == Access.NO_PASID ? "-" : hex(pasid);
  }

  static String hex(int value) {
    return Integer.toHexString(value);
  }

  static String hex(long value) {
    return Long.toHexString(value);
  }

  /** Little-endian, up to 8 bytes. */
  static long word(byte[] bytes, int offset) {
    long value = 0;
    for (int i = Math.min(8, bytes.length - offset) - 1; i >= 0; i--) {
      value = value << 8 | bytes[offset + i] & 0xFF;
    }
    return value;
  }
}
