package dev.iommufleet.hardware.vtd.script;

import static dev.iommufleet.hardware.vtd.script.OutcomePrinter.hex;
import static dev.iommufleet.hardware.vtd.script.OutcomePrinter.pasid;

import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.vtd.Fact;
import java.util.List;

/** Facts of attached devices as lines. */
final class DevicePrinter {
  private DevicePrinter() {}

  static List<String> lasting(Fact.OfDevice fact) {
    return switch (fact) {
      case Fact.DeviceAttached it -> List.of("attached sid=" + hex(it.sourceId()));
      case Fact.DeviceDetaching it -> List.of("detaching sid=" + hex(it.sourceId()));
      case Fact.DeviceDetached it -> List.of("detached sid=" + hex(it.sourceId()));
      case Fact.CommandPosted it -> List.of(posted(it));
      case Fact.CommandFailed it -> failed(it);
      case Fact.CommandsEnded it ->
          List.of("answered sid=" + hex(it.sourceId()) + " up-to=" + it.upTo());
      case Fact.DeviceRequestTaken _,
          Fact.PageGroupOpened _,
          Fact.PageGroupClosed _,
          Fact.BindingKept _,
          Fact.LinkKept _ ->
          List.of();
    };
  }

  private static String posted(Fact.CommandPosted it) {
    return "to sid=" + hex(it.sourceId()) + " id=" + it.id() + " " + command(it.command());
  }

  private static String command(Command command) {
    return switch (command) {
      case Command.Bind c ->
          "bind pasid=%s w0=%s w1=%s w2=%s%s"
              .formatted(
                  hex(c.pasid()),
                  hex(c.entry()[0]),
                  hex(c.entry()[1]),
                  hex(c.entry()[2]),
                  c.pageRequests() ? " requests" : "");
      case Command.Unbind c ->
          "unbind pasid=" + hex(c.pasid()) + (c.toDefault() ? " to-default" : "");
      case Command.Respond c ->
          "respond pasid=%s group=%s code=%s"
              .formatted(pasid(c.pasid()), hex(c.groupIndex()), hex(c.code()));
      case Command.PageRequestAnswered c -> "answered " + c.number() + " errno=" + c.errno();
      case Command.Detach _ -> "detach";
      case Command.Flush c ->
          "flush pasid=%s addr=%s pages=%s%s"
              .formatted(hex(c.pasid()), hex(c.address()), hex(c.pages()), c.leaf() ? " leaf" : "");
      case Command.InvalidateTlb c -> "invalidate itag=" + hex(c.itag());
      case Command.Drain _ -> "drain";
    };
  }

  private static List<String> failed(Fact.CommandFailed it) {
    return List.of(
        "failed sid=%s id=%d errno=%d%s"
            .formatted(hex(it.sourceId()), it.id(), it.errno(), it.stays() ? " stays" : ""));
  }
}
