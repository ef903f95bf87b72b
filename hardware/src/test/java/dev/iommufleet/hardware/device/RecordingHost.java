package dev.iommufleet.hardware.device;

import java.util.ArrayList;
import java.util.List;

/** Notes each call with its errno, as one line. */
final class RecordingHost implements Host {
  private final Host host;
  private final List<String> lines = new ArrayList<>();

  RecordingHost(Host host) {
    this.host = host;
  }

  /** What was noted since the last time. */
  List<String> taken() {
    var taken = List.copyOf(lines);
    lines.clear();
    return taken;
  }

  @Override
  public Reply call(HostCall call) {
    Reply reply = host.call(call);
    lines.add(line(call) + " = " + (reply.ok() ? reply.value() : reply.errno()));
    return reply;
  }

  private static String line(HostCall call) {
    return switch (call) {
      case HostCall.AllocatePaging c -> "alloc paging flags %d".formatted(c.flags());
      case HostCall.AllocateQueue _ -> "alloc queue";
      case HostCall.ReadFaults c -> "read %d".formatted(c.queue());
      case HostCall.WriteFaults c -> "write %d %s".formatted(c.queue(), c.answers().getFirst());
      case HostCall.Allocate c when c.queue() != 0 ->
          "alloc in %d flags %d,%d width %d table %x queue %d"
              .formatted(
                  c.parent(), c.flags(), c.tableFlags(), c.addressWidth(), c.table(), c.queue());
      case HostCall.Allocate c ->
          "alloc in %d flags %d,%d width %d table %x"
              .formatted(c.parent(), c.flags(), c.tableFlags(), c.addressWidth(), c.table());
      case HostCall.Free c -> "free " + c.object();
      case HostCall.Attach c -> "attach " + c.pasid() + " to " + c.object();
      case HostCall.Detach c -> "detach " + c.pasid();
      case HostCall.Invalidate c ->
          "invalidate %d at %x pages %x%s"
              .formatted(c.object(), c.address(), c.pages(), c.leaf() ? " leaf" : "");
    };
  }
}
