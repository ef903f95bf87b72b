package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.device.DeviceOperation.CompletionFault;
import dev.iommufleet.hardware.device.DeviceOperation.Mode;
import dev.iommufleet.hardware.link.Report;

/**
 * Something that came true while an operation on a device ran. {@link Lasting} facts are all that
 * recovery needs; {@link Soft} facts are what may be forgotten at any moment; {@link Outcome} facts
 * leave the device.
 */
public sealed interface DeviceFact {

  /** Changes state that lasts. Applying the same facts to equal states gives equal states. */
  sealed interface Lasting extends DeviceFact {}

  /** Of the attachment and its commands. */
  sealed interface OfLink extends Lasting {}

  /** Of the host's kernel and the bindings to it. */
  sealed interface OfHost extends Lasting {}

  /** Of the host's fault queues. */
  sealed interface OfFaultQueue extends Lasting {}

  /** Of page requests and configuration registers. */
  sealed interface OfFunction extends Lasting {}

  sealed interface OfDma extends Lasting {}

  /** Of what the device was told to do wrong. */
  sealed interface OfOrders extends Lasting {}

  /** Changes state that may be forgotten at any moment. */
  sealed interface Soft extends DeviceFact {}

  /** Leaves the device, or tells what became of something. Changes nothing. */
  sealed interface Outcome extends DeviceFact {}

  // ---- attachment -----------------------------------------------------------------------------

  record AttachStarted(long epoch, String iommu, int sourceId) implements OfLink {}

  record AttachAccepted(long epoch) implements OfLink {}

  record DetachStarted(long epoch) implements OfLink {}

  /** {@code lost}: the IOMMU has to be told. */
  record AttachmentOver(long epoch, OverCause cause, boolean lost) implements OfLink {}

  /** Why an attachment is over. The number is the value's name in journals. */
  enum OverCause {
    REFUSED(1),
    DETACHED(2),
    REMOVED(3),
    LINK_DOWN(4),
    /** The IOMMU said so. */
    ENDED(5);

    private final int number;

    OverCause(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  record LossSettled(long epoch) implements OfLink {}

  /** A numbered command was done; {@code errno}: 0 or negated. */
  record CommandDone(long id, int errno) implements OfLink {}

  /** In a description only. */
  record EpochKept(long lastEpoch) implements OfLink {}

  /** In a description only: an attachment that was lost. */
  record LossKept(long epoch, String iommu, int sourceId) implements OfLink {}

  // ---- host -----------------------------------------------------------------------------------

  record HostOpened() implements OfHost {}

  /** {@code left}: nested objects that the device left behind. */
  record HostClosed(int[] left) implements OfHost {}

  /** A call other than an invalidation; {@code value}: as in {@link Host.Reply}. */
  record HostCalled(HostCall call, int errno, int value) implements OfHost {}

  /** {@code bound} false: the binding is gone; otherwise as in {@link HostBindings.Binding}. */
  record HostBindingChanged(int pasid, int type, boolean bound, int nested, boolean careful)
      implements OfHost {}

  /** Something is attached that should not be, or is not any more. */
  record HostStuckChanged(int pasid, boolean stuck, int nested, boolean toDefault)
      implements OfHost {}

  /** An object waits to be freed, or does not any more. */
  record HostUnfreedChanged(int object, boolean unfreed) implements OfHost {}

  /** The nested object has this fault queue of its own; 0: it does not exist any more. */
  record HostQueueChanged(int object, int queue) implements OfFaultQueue {}

  /** The function has sent a page request, which the kernel keeps, queues or answers at once. */
  record HostFaultRaised(HostFault fault) implements OfFaultQueue {}

  /** The kernel gave up every page request of the device that nobody has answered. */
  record HostFaultsDropped() implements OfFaultQueue {}

  /**
   * What user space knows of a page-request group that it has read; {@code queue} 0: nothing any
   * more.
   *
   * @param answer that could not be written yet; -1: none was given
   */
  record HostFaultTaken(int groupIndex, int queue, int cookie, int answer)
      implements OfFaultQueue {}

  /** {@code n} 0: none. */
  record HostFailureArmed(HostCall.Kind kind, int n, int errno) implements OfHost {}

  /** In a description only. */
  record HostObjectKept(HostObject object) implements OfHost {}

  /** In a description only: the device is open; what is attached follows. */
  record HostOpenKept() implements OfHost {}

  /** In a description only. {@code sibling}: from 1; 0: the device itself. */
  record HostAttachmentKept(int pasid, int object, int sibling) implements OfHost {}

  /** In a description only. */
  record HostQueueKept(int queue) implements OfFaultQueue {}

  /**
   * In a description only: a page request that the kernel has. The members of a group follow each
   * other.
   *
   * @param number the same for each member of a group
   * @param object what was attached when the group became whole; 0: it is not whole
   * @param cookie under which the group was read; 0: it was not
   */
  record HostFaultKept(long number, int object, int cookie, HostFault fault)
      implements OfFaultQueue {}

  /** In a description only: object ids below this were used. */
  record HostIdsKept(int nextId) implements OfHost {}

  // ---- registers ------------------------------------------------------------------------------

  record ConfigChanged(ConfigRegister register, long value) implements OfFunction {}

  // ---- page requests --------------------------------------------------------------------------

  record GroupOpened(int pasid, int groupIndex) implements OfFunction {}

  /** It is in the outbox and, unless it is a stop marker, in its group. */
  record PageRequestSent(Report.PageRequested request) implements OfFunction {}

  /** It was read from the host's fault queue and is in the outbox. */
  record PageRequestForwarded(Report.PageRequested request) implements OfFunction {}

  /** The IOMMU has taken it or refused it; {@code errno}: 0 or negated. */
  record PageRequestSettled(long number, int errno) implements OfFunction {}

  /** {@code code}: of a response, 4 bits; of a refusal, its negated errno; otherwise 0. */
  record GroupEnded(int groupIndex, GroupCause cause, int code) implements OfFunction {}

  /** What ended a page-request group. The number is the value's name in journals. */
  enum GroupCause {
    RESPONSE(1),
    /** The IOMMU refused its last request. */
    REFUSED(2),
    /** Page requests were disabled, by software or by a failure response. */
    PRI_OFF(3),
    FUNCTION_RESET(4),
    DETACHED(5),
    /** The host gave up the PASID's binding. */
    UNBOUND(6);

    private final int number;

    GroupCause(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  /** In a description only: a group with the number of its requests. */
  record GroupKept(int pasid, int groupIndex, boolean closed, int requests) implements OfFunction {}

  /** In a description only: a request that the IOMMU has not taken or refused yet. */
  record PageRequestKept(Report.PageRequested request) implements OfFunction {}

  /** In a description only: what was used last. */
  record RequestCountersKept(long lastRequest, int lastIndex) implements OfFunction {}

  // ---- DMA ------------------------------------------------------------------------------------

  record DmaStarted(long dma, int pasid, long iova, int length, byte[] data, Mode mode)
      implements OfDma {}

  /** A question is under way; it uses a translation of {@code [iova, iova + length)} or none. */
  record DmaAsked(long dma, Report.Question question, boolean translated, int length)
      implements OfDma {}

  /** {@code data}: what was read, null for a write; {@code length} bytes are done. */
  record DmaAdvanced(long dma, int length, byte[] data) implements OfDma {}

  /** It waits for a page-request group. */
  record DmaFaulted(long dma, int groupIndex) implements OfDma {}

  /** It waits for {@link DeviceOperation.Poll}. */
  record DmaPaused(long dma) implements OfDma {}

  /** It asks nothing more and ends when its question is answered. */
  record DmaAborting(long dma) implements OfDma {}

  /** {@code data}: what a read returned, empty for a write. */
  record DmaEnded(long dma, DmaOutcome outcome, byte[] data) implements OfDma {}

  /** How a DMA ended. The number is the value's name in journals. */
  enum DmaOutcome {
    OK(1),
    /** Not mapped, or the access failed. */
    FAULT(2),
    /** Nothing is attached for its PASID at the host. */
    BLOCKED(3),
    /** Software answered that the page is invalid. */
    INVALID(4),
    /** Page requests were refused or disabled. */
    PAGE_REQUEST_FAILED(5),
    /** The function was reset, left or may not do DMA any more. */
    ABORTED(6);

    private final int number;

    DmaOutcome(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  /** In a description only: a running DMA; {@code data} so far, {@code done} of its bytes. */
  record DmaKept(
      long dma,
      int pasid,
      long iova,
      int length,
      boolean write,
      byte[] data,
      Mode mode,
      int done,
      int attempts)
      implements OfDma {}

  /** In a description only: the numbers used last. */
  record DmaIdsKept(long lastDma, long lastAsk) implements OfDma {}

  // ---- faults to order --------------------------------------------------------------------------

  record CompletionsFail(CompletionFault fault, int n) implements OfOrders {}

  /** The completion of command {@code id} is withheld; {@code late}: until it is released. */
  record CompletionWithheld(long id, int itag, boolean late) implements OfOrders {}

  record CompletionReleased(long id) implements OfOrders {}

  record ResponsesLost(int n) implements OfOrders {}

  record LinkChanged(boolean up) implements OfLink {}

  // ---- soft -------------------------------------------------------------------------------------

  /** {@code iova} and {@code address} aligned; {@code mask} inclusive; permissions 1 R, 2 W. */
  record TranslationFilled(int pasid, long iova, long mask, long address, int permissions)
      implements Soft {}

  /**
   * @param scope which PASIDs: of {@code pasid}, of every PASID but none, or everything
   * @param size in bytes, 0: everything of the scope
   */
  record TranslationsDropped(DropScope scope, int pasid, long address, long size, int removed)
      implements Soft {}

  /** Which translations go. */
  enum DropScope {
    PASID,
    ALL_PASIDS,
    EVERYTHING
  }

  /** Answers to what was asked before this command mean nothing for the cache. */
  record GenerationSeen(long id) implements Soft {}

  /** The answer waits for these DMAs, and for page requests up to {@code upTo}; 0: none. */
  record AnswerDelayed(Report answer, long[] dmas, long upTo) implements Soft {}

  record AnswerFreed(long id) implements Soft {}

  // ---- outcomes
  // -----------------------------------------------------------------------------------

  /** {@code processed}: number of entries. */
  record HostInvalidated(HostCall.Invalidate call, int errno, int processed) implements Outcome {}

  /** Goes to the IOMMU that the attachment of this epoch is, or was, with. */
  record Reported(String iommu, int sourceId, long epoch, Report report) implements Outcome {}

  /** A page-group response that fits no group; {@code recorded}: in the status register. */
  record ResponseUnexpected(int pasid, int groupIndex, int code, boolean recorded)
      implements Outcome {}

  /** A page-group response that was lost on its way, as ordered. */
  record ResponseLost(int pasid, int groupIndex, int code) implements Outcome {}

  /** An answer that came under a number that is not asked any more, or from another epoch. */
  record AnswerIgnored(long epoch, long ask) implements Outcome {}

  /** A translation that was made before a flush that the device has seen. */
  record FillDropped(int pasid, long iova, long generation) implements Outcome {}
}
