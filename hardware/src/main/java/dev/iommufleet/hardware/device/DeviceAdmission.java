package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.device.DeviceReply.Reason;
import dev.iommufleet.hardware.device.DeviceReply.Refused;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;

/** Says no to what a caller may not ask for; nothing is changed. */
final class DeviceAdmission {
  private static final int MOST_SOURCE_ID = 0xFFFF;
  private static final int MOST_PASID = 0xFFFFF;
  private static final int ENTRY_WORDS = 8;
  private static final int MOST_ITAG = 31;
  private static final int MOST_ERRNO = 4095;
  private static final int MOST_ORDERED = 1_000_000;

  private final DeviceCore core;
  private final DmaEngine engine;

  DeviceAdmission(DeviceCore core, DmaEngine engine) {
    this.core = core;
    this.engine = engine;
  }

  /** Null: it may be executed. */
  Refused refusal(DeviceOperation operation) {
    return switch (operation) {
      case DeviceOperation.Attach o -> attach(o);
      case DeviceOperation.Detach _ -> attached();
      case DeviceOperation.Remove _ -> attached();
      case DeviceOperation.WriteConfig o -> config(o);
      case DeviceOperation.RequestPage o -> request(o);
      case DeviceOperation.SendStopMarker o -> pri(o.pasid());
      case DeviceOperation.StartDma o -> dma(o);
      case DeviceOperation.Translated o -> translated(o);
      case DeviceOperation.Accessed o -> accessed(o);
      case DeviceOperation.FailHostCall o -> failure(o);
      case DeviceOperation.CallHost o -> call(o.call());
      case DeviceOperation.FailCompletions o -> ordered(o.n());
      case DeviceOperation.LoseResponses o -> ordered(o.n());
      case DeviceOperation.Receive o -> command(o);
      case DeviceOperation.AttachAnswered _,
          DeviceOperation.AttachmentEnded _,
          DeviceOperation.LossAcknowledged _,
          DeviceOperation.Resume _,
          DeviceOperation.Poll _,
          DeviceOperation.ReadConfig _,
          DeviceOperation.ReleaseCompletions _,
          DeviceOperation.SetLink _ ->
          null;
    };
  }

  private static Refused bad(String message) {
    return new Refused(Reason.BAD_ARGUMENT, message);
  }

  private Refused attach(DeviceOperation.Attach o) {
    if (o.iommu().isEmpty() || o.iommu().length() > 64) {
      return bad("IOMMU id '" + o.iommu() + "'; 1 to 64 characters are possible");
    }
    if (o.sourceId() < 0 || o.sourceId() > MOST_SOURCE_ID) {
      return bad("source id " + o.sourceId() + "; 0 to 65535 are possible");
    }
    if (core.link.attached()) {
      return new Refused(
          Reason.WRONG_STATE, "the device is " + core.link.state() + "; it has to be DETACHED");
    }
    if (!core.link.up()) {
      return new Refused(Reason.WRONG_STATE, "the link is down");
    }
    return core.link.losses().size() < DeviceLimits.MOST_LOSSES
        ? null
        : new Refused(
            Reason.LIMIT_EXCEEDED,
            "%d attachments were lost and not acknowledged; %d is the most"
                .formatted(core.link.losses().size(), DeviceLimits.MOST_LOSSES));
  }

  private Refused attached() {
    return core.link.attached()
        ? null
        : new Refused(Reason.WRONG_STATE, "the device is not attached");
  }

  private static Refused config(DeviceOperation.WriteConfig o) {
    return (o.value() & ~o.register().mask()) == 0
        ? null
        : bad("value %#x; %s has %#x".formatted(o.value(), o.register(), o.register().mask()));
  }

  private static Refused pasid(int pasid) {
    return pasid >= Report.NO_PASID && pasid <= MOST_PASID
        ? null
        : bad("PASID " + pasid + "; 0 to 1048575 are possible, or none");
  }

  private Refused pri(int pasid) {
    return core.config.pci().pri()
        ? pasid(pasid)
        : new Refused(Reason.UNSUPPORTED, "the device has no page requests");
  }

  private Refused request(DeviceOperation.RequestPage o) {
    if (!o.read() && !o.write()) {
      return bad("a page request for neither read nor write; a stop marker is one of its own");
    }
    return pri(o.pasid());
  }

  private Refused dma(DeviceOperation.StartDma o) {
    if (o.length() < 1 || o.length() > DeviceLimits.DMA_BYTES) {
      return bad(
          "DMA length %d; 1 to %d bytes are possible"
              .formatted(o.length(), DeviceLimits.DMA_BYTES));
    }
    if (o.data() != null && o.data().length != o.length()) {
      return bad("DMA length %d, but %d bytes of data".formatted(o.length(), o.data().length));
    }
    if (Long.compareUnsigned(o.iova() + o.length() - 1, o.iova()) < 0) {
      return bad("DMA at %#x of %d bytes wraps".formatted(o.iova(), o.length()));
    }
    boolean possible =
        switch (o.mode()) {
          case PLAIN -> true;
          case ATS -> core.config.pci().ats();
          case SVA -> core.config.pci().pri();
        };
    if (!possible) {
      return new Refused(Reason.UNSUPPORTED, "the device has no capability for mode " + o.mode());
    }
    return core.dmas.count() < DeviceLimits.MOST_DMAS
        ? pasid(o.pasid())
        : new Refused(
            Reason.LIMIT_EXCEEDED,
            "%d DMAs run; that is the most".formatted(DeviceLimits.MOST_DMAS));
  }

  private static Refused translated(DeviceOperation.Translated o) {
    boolean mask = (o.mask() & 0xFFF) == 0xFFF && (o.mask() & o.mask() + 1) == 0;
    return mask ? null : bad("mask %#x; it has to be a page size less one".formatted(o.mask()));
  }

  private Refused accessed(DeviceOperation.Accessed o) {
    int expected = o.ok() ? engine.expected(o.epoch(), o.ask()) : 0;
    int length = o.data() == null ? 0 : o.data().length;
    return expected == 0 || expected == length
        ? null
        : bad("%d bytes were read, %d were asked for".formatted(length, expected));
  }

  private Refused failure(DeviceOperation.FailHostCall o) {
    if (!core.config.passthrough()) {
      return new Refused(Reason.UNSUPPORTED, "an emulated device has no host");
    }
    boolean zero = o.errno() == 0 && o.kind() != HostCall.Kind.INVALIDATE && o.n() != 0;
    if (o.errno() < 0 || o.errno() > MOST_ERRNO || zero) {
      return bad("errno " + o.errno() + "; 1 to 4095 are possible, and 0 for invalidations");
    }
    return ordered(o.n());
  }

  private Refused call(HostCall call) {
    if (!core.config.passthrough()) {
      return new Refused(Reason.UNSUPPORTED, "an emulated device has no host");
    }
    String wrong = HostCallRanges.wrong(call);
    if (wrong != null) {
      return bad(wrong);
    }
    return switch (call) {
      case HostCall.Attach c -> function(c.deviceId());
      case HostCall.Detach c -> function(c.deviceId());
      case HostCall.Free c -> owned(c.object());
      case HostCall.Allocate _,
          HostCall.AllocatePaging _,
          HostCall.AllocateQueue _,
          HostCall.Invalidate _,
          HostCall.ReadFaults _,
          HostCall.WriteFaults _ ->
          null;
    };
  }

  private static Refused function(int deviceId) {
    return deviceId == DeviceCore.DEVICE
        ? bad("function 1 is the device itself: the guest's tables say what is attached to it")
        : null;
  }

  private Refused owned(int object) {
    return object == DeviceCore.DEFAULT_OBJECT || core.bindings.state().holds(object)
        ? new Refused(Reason.WRONG_STATE, "object " + object + " is the device's own")
        : null;
  }

  private static Refused ordered(int n) {
    return n >= 0 && n <= MOST_ORDERED
        ? null
        : bad("n " + n + "; 0 to " + MOST_ORDERED + " are possible");
  }

  private static Refused command(DeviceOperation.Receive o) {
    if (o.id() < 1 || o.previous() < 0 || o.previous() >= o.id()) {
      return bad("command %d after %d; ids ascend from 1".formatted(o.id(), o.previous()));
    }
    return switch (o.command()) {
      case Command.Bind c when c.entry().length != ENTRY_WORDS ->
          bad("an entry of %d words; it has 8".formatted(c.entry().length));
      case Command.Bind c -> bound(c.pasid());
      case Command.Unbind c -> bound(c.pasid());
      case Command.InvalidateTlb c when (c.itag() & ~MOST_ITAG) != 0 ->
          bad("ITag " + c.itag() + "; 0 to 31 are possible");
      case Command.Flush _,
          Command.InvalidateTlb _,
          Command.Drain _,
          Command.Respond _,
          Command.PageRequestAnswered _,
          Command.Detach _ ->
          null;
    };
  }

  private static Refused bound(int pasid) {
    return pasid >= 0 && pasid <= MOST_PASID
        ? null
        : bad("PASID " + pasid + "; 0 to 1048575 can be bound");
  }
}
