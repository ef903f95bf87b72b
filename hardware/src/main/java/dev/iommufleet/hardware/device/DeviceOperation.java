package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.link.Command;

/**
 * One operation on a device: by its user, by the guest through its configuration registers, or by
 * the IOMMU that it is attached to.
 *
 * <p>PASIDs are 20 bits, or {@link dev.iommufleet.hardware.link.Report#NO_PASID}. Addresses are
 * unsigned 64-bit.
 */
public sealed interface DeviceOperation {

  // ---- attachment ---------------------------------------------------------------------------

  /** Begins an attachment to the IOMMU of that id, as function {@code sourceId}. */
  record Attach(String iommu, int sourceId) implements DeviceOperation {}

  /** What the IOMMU said to it. */
  record AttachAnswered(long epoch, boolean accepted) implements DeviceOperation {}

  /** Begins to leave in an orderly way. */
  record Detach() implements DeviceOperation {}

  /** The IOMMU says that this attachment is over, or never was. */
  record AttachmentEnded(long epoch) implements DeviceOperation {}

  /** Surprise removal: everything ends now. */
  record Remove() implements DeviceOperation {}

  /** The IOMMU has noted that this attachment is lost. */
  record LossAcknowledged(long epoch) implements DeviceOperation {}

  /** A command; {@code previous}: id of the numbered command before it, 0: none. */
  record Receive(long epoch, long id, long previous, Command command) implements DeviceOperation {}

  /**
   * After a restart, before anything else: what was under way is asked for anew under other
   * numbers, so that answers from before mean nothing.
   */
  record Resume() implements DeviceOperation {}

  /** Some time went by: what paused goes on, what the host refused to give up is tried again. */
  record Poll() implements DeviceOperation {}

  // ---- configuration registers ----------------------------------------------------------------

  record ReadConfig(ConfigRegister register) implements DeviceOperation {}

  record WriteConfig(ConfigRegister register, long value) implements DeviceOperation {}

  // ---- page requests ----------------------------------------------------------------------------

  /** One request of the PASID's group that is being made, or of a new one. */
  record RequestPage(
      int pasid,
      long address,
      boolean read,
      boolean write,
      boolean execute,
      boolean privileged,
      boolean lastInGroup)
      implements DeviceOperation {}

  /** The last request of a PASID before it is stopped; nobody answers it. */
  record SendStopMarker(int pasid) implements DeviceOperation {}

  // ---- DMA
  // ----------------------------------------------------------------------------------------

  /** {@code data} null: a read; otherwise {@code length} bytes. */
  record StartDma(int pasid, long iova, int length, byte[] data, Mode mode)
      implements DeviceOperation {}

  /** How addresses are translated. The number is the value's name in journals. */
  enum Mode {
    /** By the IOMMU on the way. */
    PLAIN(1),
    /** By the device, through its device TLB; what is not mapped ends the DMA. */
    ATS(2),
    /** As ATS; what is not mapped is asked for by page requests. */
    SVA(3);

    private final int number;

    Mode(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  /**
   * The answer to a translation request or a walk.
   *
   * @param generation id of the last command that had been posted to this attachment then
   * @param address of the page, aligned; {@code mask} inclusive (FFF = 4 KiB)
   * @param permissions 1 read, 2 write; none: not mapped
   */
  record Translated(long epoch, long ask, long generation, long address, long mask, int permissions)
      implements DeviceOperation {}

  /** The answer to a DMA or an access; {@code data}: what a read returned. */
  record Accessed(long epoch, long ask, boolean ok, byte[] data) implements DeviceOperation {}

  // ---- faults to order
  // ------------------------------------------------------------------------------

  /** The {@code n}-th next call of this kind fails; see {@link Iommufd#failNext}. */
  record FailHostCall(HostCall.Kind kind, int n, int errno) implements DeviceOperation {}

  /**
   * A call into the host's kernel by the user: for siblings, objects and fault queues that are not
   * the device's own.
   */
  record CallHost(HostCall call) implements DeviceOperation {}

  /** The next {@code n} invalidation completions go wrong in this way; 0: none does. */
  record FailCompletions(CompletionFault fault, int n) implements DeviceOperation {}

  /** How a completion goes wrong. The number is the value's name in journals. */
  enum CompletionFault {
    /** It never comes. */
    NEVER(1),
    /** It comes with {@link ReleaseCompletions}. */
    LATE(2),
    /** It comes twice. */
    DUPLICATED(3),
    /** It comes with another ITag. */
    WRONG_TAG(4);

    private final int number;

    CompletionFault(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  /** Late completions come now. */
  record ReleaseCompletions() implements DeviceOperation {}

  /** The next {@code n} page-group responses do not arrive; 0: all do. */
  record LoseResponses(int n) implements DeviceOperation {}

  /**
   * The link goes down or comes up. {@code notice}: the slot reports a link that goes down, so the
   * attachment ends; otherwise the device is just silent.
   */
  record SetLink(boolean up, boolean notice) implements DeviceOperation {}
}
