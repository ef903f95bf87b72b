package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.link.Report;

/** The answer to one {@link DeviceOperation}. */
public sealed interface DeviceReply {

  record Done() implements DeviceReply {}

  /** The caller erred. Nothing was executed. */
  record Refused(Reason reason, String message) implements DeviceReply {}

  /** Stable names; clients may depend on them. */
  enum Reason {
    /** An argument has a value that no machine could produce. */
    BAD_ARGUMENT,
    /** A limit that has a name would be exceeded. */
    LIMIT_EXCEEDED,
    /** The device does not have this. */
    UNSUPPORTED,
    /** Not in the state that the device is in. */
    WRONG_STATE
  }

  record AttachStarted(long epoch) implements DeviceReply {}

  record ConfigValue(long value) implements DeviceReply {}

  /** What the host's kernel said; as in {@link Host.Reply}. */
  record HostAnswered(int errno, int value) implements DeviceReply {}

  /** {@code answer}: what goes back to the IOMMU that sent the command; null: nothing now. */
  record Received(Receipt receipt, Report answer) implements DeviceReply {}

  /** What became of a command. */
  enum Receipt {
    DONE,
    /** Done before; the answer is the same. */
    REPEATED,
    /** Done; the answer waits for accesses or page requests that are under way. */
    DELAYED,
    /** Done; the device was told to be late or silent about it. */
    WITHHELD,
    /** A numbered command is missing before it. No effect. */
    GAP,
    /** Of another attachment. No effect. */
    OTHER_EPOCH,
    /** The link is down. No effect. */
    LINK_DOWN
  }

  /**
   * Of a page request: {@code errno} 0, or negated if the function may not ask.
   *
   * @param number of the request, {@code groupIndex} of its group
   */
  record PageRequested(int errno, long number, int groupIndex) implements DeviceReply {}

  /** {@code errno}: 0, or negated if the function may not do DMA so. */
  record DmaStarted(int errno, long dma) implements DeviceReply {}
}
