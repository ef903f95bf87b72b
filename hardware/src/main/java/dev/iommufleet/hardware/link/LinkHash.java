package dev.iommufleet.hardware.link;

import dev.iommufleet.hardware.StateHash;

/** Contents of what goes over the link, as 64 bits that are the same on every machine. */
public final class LinkHash {
  private static final long TAG = 20;

  private LinkHash() {}

  public static long of(Command command) {
    return switch (command) {
      case Command.Bind c ->
          of(
              1,
              c.pasid(),
              c.pasidObject() ? 1 : 0,
              (c.blockOnFailure() ? 1 : 0) | (c.pageRequests() ? 2 : 0),
              of(0, c.entry()));
      case Command.Unbind c -> of(2, c.pasid(), c.toDefault() ? 1 : 0);
      case Command.Respond c -> of(3, c.pasid(), c.groupIndex(), c.code());
      case Command.PageRequestAnswered c -> of(4, c.number(), c.errno());
      case Command.Detach _ -> of(5);
      case Command.Flush c -> of(6, c.pasid(), c.address(), c.pages(), c.leaf() ? 1 : 0);
      case Command.InvalidateTlb c ->
          of(7, c.itag(), c.pasid(), c.allPasids() ? 1 : 0, c.address(), c.size());
      case Command.Drain _ -> of(8);
    };
  }

  public static long of(HostInfo host) {
    long provider =
        switch (host.provider()) {
          case IOMMUFD -> 1;
          case LEGACY -> 2;
          case MUTE -> 3;
        };
    return of(
        9,
        provider,
        host.addressWidth(),
        host.hardwareType(),
        host.cap(),
        host.ecap(),
        host.pasidWidth(),
        host.behindAlias() ? 1 : 0);
  }

  /** Of what a device tells; 0 stands for a missing host. */
  public static long of(Report report) {
    return switch (report) {
      case Report.Attach r -> of(10, r.host() == null ? 0 : of(r.host()));
      case Report.Detach _ -> of(11);
      case Report.Lost _ -> of(12);
      case Report.Answered r -> of(13, r.id(), r.errno());
      case Report.InvalidationCompleted r -> of(14, r.id(), r.itags());
      case Report.Withheld r -> of(15, r.id());
      case Report.PageRequested r ->
          of(
              16,
              r.number(),
              r.pasid(),
              r.address(),
              r.groupIndex(),
              (r.read() ? 1 : 0)
                  | (r.write() ? 2 : 0)
                  | (r.execute() ? 4 : 0)
                  | (r.privileged() ? 8 : 0)
                  | (r.lastInGroup() ? 16 : 0));
      case Report.Translate r -> of(17, r.ask(), r.pasid(), r.iova(), r.write() ? 1 : 0);
      case Report.Walk r ->
          of(
              18,
              r.ask(),
              r.pasid(),
              r.table(),
              r.addressWidth(),
              r.tableFlags(),
              r.iova(),
              r.write() ? 1 : 0);
      case Report.Dma r -> of(19, r.ask(), r.pasid(), r.iova(), r.length(), of(r.data()));
      case Report.Access r ->
          of(20, r.ask(), r.pasid(), r.host() ? 1 : 0, r.address(), r.length(), of(r.data()));
    };
  }

  /** Of what an IOMMU tells. */
  public static long of(Delivery delivery) {
    return switch (delivery) {
      case Delivery.AttachAnswered d -> of(21, d.accepted() ? 1 : 0);
      case Delivery.Posted d -> of(22, d.id(), d.previous(), of(d.command()));
      case Delivery.Ended _ -> of(23);
      case Delivery.LossAcknowledged _ -> of(24);
      case Delivery.Translated d ->
          of(25, d.ask(), d.generation(), d.address(), d.mask(), d.permissions());
      case Delivery.Accessed d -> of(26, d.ask(), d.ok() ? 1 : 0, of(d.data()));
    };
  }

  private static long of(byte[] data) {
    long hash = data == null ? -1 : data.length;
    for (int i = 0; data != null && i < data.length; i++) {
      hash = StateHash.mix(TAG, hash, data[i]);
    }
    return hash;
  }

  private static long of(long kind, long... values) {
    long hash = kind;
    for (long value : values) {
      hash = StateHash.mix(TAG, hash, value);
    }
    return hash;
  }
}
