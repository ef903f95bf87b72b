package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.memory.MemoryKind;

/**
 * Something that came true while an operation ran. {@link Lasting} facts are all that recovery
 * needs; {@link Soft} facts are the caches' fills and removals; {@link Outcome} facts leave the
 * IOMMU; {@link Trace} facts tell how an answer came about and are not kept.
 */
public sealed interface Fact {

  /** Changes state that lasts. Applying the same facts to equal states gives equal states. */
  sealed interface Lasting extends Fact {}

  /** Of an attached device and the link to it. */
  sealed interface OfDevice extends Lasting {}

  /** Changes a cache that hardware may drop at any moment. */
  sealed interface Soft extends Fact {}

  /** Leaves the IOMMU: watchers see it. Changes nothing. */
  sealed interface Outcome extends Fact {}

  /** How an answer came about. Changes nothing and is not kept. */
  sealed interface Trace extends Fact {}

  // ---- lasting -----------------------------------------------------------------------------

  /** 32-bit words of the raw register file; offsets in bytes, ascending. */
  record RegistersChanged(int[] offsets, int[] values) implements Lasting {}

  record LatchChanged(Latch latch, long value) implements Lasting {}

  /** The IOMMU wrote guest memory; {@code failed}: the bus refused it and nothing changed. */
  record MemoryWritten(WriteKind kind, long address, byte[] bytes, boolean failed)
      implements Lasting {}

  /** Why the IOMMU writes guest memory. */
  enum WriteKind {
    /** Accessed and dirty bits of a first-stage entry, 8 bytes. */
    ACCESSED_DIRTY,
    /** Status of a wait descriptor, 4 bytes. */
    WAIT_STATUS,
    /** Page-request descriptor, 32 bytes. */
    PAGE_REQUEST
  }

  /** Bytes of the operation itself landed in guest memory (processor store, DMA write). */
  record PayloadWritten(long address, byte[] bytes) implements Lasting {}

  record MemoryRangeSet(long address, long length, MemoryKind kind) implements Lasting {}

  record AddressSpaceAdded(int sourceId, int pasid) implements Lasting {}

  /** The address space now goes through translation, or not. */
  record AddressSpaceSwitched(
      int sourceId, int pasid, boolean translated, boolean passThrough, boolean windowFaults)
      implements Lasting {}

  record NotifierRegistered(int sourceId, int pasid, int flags) implements Lasting {}

  record PageResponseListenerRegistered(int sourceId, int pasid) implements Lasting {}

  /** {@code entry}: the 64 bytes as 8 little-endian words. */
  record PasidEntryCached(int sourceId, int pasid, long[] entry) implements Lasting {}

  record PasidEntryDropped(int sourceId, int pasid) implements Lasting {}

  /** A listener was told this mapping; {@code mask} inclusive. */
  record ShadowMapped(int sourceId, int pasid, long iova, long mask, long address, int permissions)
      implements Lasting {}

  record ShadowUnmapped(int sourceId, int pasid, long iova, long mask) implements Lasting {}

  record FunctionAttached(int sourceId, boolean answersAtOnce) implements Lasting {}

  record FunctionDetached(int sourceId) implements Lasting {}

  /**
   * A device-TLB invalidation was sent to a function that answers later. {@code size} in bytes, 0
   * means everything; {@code pasid} may be {@link Access#NO_PASID}.
   */
  record InvalidationSent(
      int sourceId, int itag, int pasid, boolean allPasids, long address, long size)
      implements Lasting {}

  /** {@code completed} false: it ran into its time-out or was aborted. */
  record InvalidationEnded(int sourceId, int itag, boolean completed) implements Lasting {}

  /** A fetched wait stays open: its effects come when earlier device-bound descriptors are done. */
  record WaitPended(int position, long low, long high) implements Lasting {}

  /** {@code completed} false: discarded without status or interrupt. */
  record WaitEnded(int position, boolean completed) implements Lasting {}

  /** {@code host} null: an emulated device. */
  record DeviceAttached(int sourceId, long epoch, HostInfo host) implements OfDevice {}

  /** Nothing more is sent to it but its last command; what it was told of PASIDs is void. */
  record DeviceDetaching(int sourceId) implements OfDevice {}

  record DeviceDetached(int sourceId) implements OfDevice {}

  /** A command goes to the device; {@code previous}: the numbered one before it, 0: none. */
  record CommandPosted(int sourceId, long id, long previous, Command command) implements OfDevice {}

  /** The device could not do it; {@code stays}: what should go is still there. */
  record CommandFailed(int sourceId, long id, int errno, boolean stays) implements OfDevice {}

  /** Every command up to and with {@code upTo} is answered. */
  record CommandsEnded(int sourceId, long upTo) implements OfDevice {}

  /** Page request {@code number} of the device was taken. */
  record DeviceRequestTaken(int sourceId, long number) implements OfDevice {}

  /** Software owes this attachment a response. Told only with response fencing. */
  record PageGroupOpened(int sourceId, int pasid, int groupIndex) implements OfDevice {}

  record PageGroupClosed(int sourceId, int pasid, int groupIndex) implements OfDevice {}

  /**
   * In a description only: a binding as it is.
   *
   * @param order the command that put it in the list
   * @param told the last command that set its entry
   */
  record BindingKept(
      int sourceId,
      int pasid,
      long order,
      long told,
      long[] entry,
      boolean failed,
      boolean pageRequests)
      implements OfDevice {}

  /** In a description only: the counters of an attachment. */
  record LinkKept(int sourceId, long lastId, long lastNumbered, long lastRequest)
      implements OfDevice {}

  // ---- soft --------------------------------------------------------------------------------

  /**
   * @param gfn 4 KiB frame number of the IOVA, aligned to the level
   * @param level 1: 4 KiB, 2: 2 MiB, 3: 1 GiB
   * @param pte the leaf before accessed and dirty bits were set
   * @param stage 1 first stage, 2 second stage
   */
  record IotlbFilled(
      int sourceId,
      int pasid,
      long gfn,
      int level,
      int domainId,
      long pte,
      int permissions,
      int stage)
      implements Soft {}

  /** {@code removed}: number of entries dropped. {@code addressMask}: log2 of the page count. */
  record IotlbInvalidated(
      IotlbScope scope, int domainId, int pasid, long address, int addressMask, int removed)
      implements Soft {}

  /** What an IOTLB invalidation covers. */
  enum IotlbScope {
    ALL,
    DOMAIN,
    PAGE,
    PASID,
    PASID_PAGE
  }

  /** {@code entry}: 4 little-endian words, the last two 0 in legacy mode. */
  record ContextFilled(int sourceId, int pasid, long[] entry) implements Soft {}

  /** {@code global}: every entry; otherwise those that source id and function mask select. */
  record ContextsInvalidated(boolean global, int sourceId, int functionMask) implements Soft {}

  /** The context cache was emptied by a command other than an invalidation, or by reset. */
  record ContextCacheEmptied() implements Soft {}

  /** The device has answered; what else is on its way before it may be open still. */
  record CommandAcknowledged(int sourceId, long id) implements Soft {}

  // ---- outcomes ----------------------------------------------------------------------------

  /** A fault was detected. */
  record FaultDetected(FaultOutcome outcome, FaultDetails details) implements Outcome {}

  /** Whether a detected fault goes on to a record. */
  enum FaultOutcome {
    REPORTED,
    SUPPRESSED_BY_FPD,
    /** Met by an ATS translation request, which is answered instead. */
    ATS_RECOVERABLE
  }

  /**
   * @param interrupt from interrupt remapping; then {@code index} counts and {@code address} is 0
   * @param qualified whether FPD may suppress this reason
   */
  record FaultDetails(
      boolean interrupt,
      int reason,
      int sourceId,
      long address,
      boolean write,
      boolean pasidPresent,
      int pasid,
      boolean fpd,
      boolean qualified,
      int index) {}

  /** What became of a reported fault. {@code high}, {@code low}: the record before F is set. */
  record FaultRecorded(RecordOutcome outcome, int index, long high, long low) implements Outcome {}

  /** What became of a reported fault. */
  enum RecordOutcome {
    RECORDED,
    RECORDED_WITHOUT_EVENT,
    /** The same source already has a pending record. */
    COLLAPSED,
    /** Dropped, because an overflow is already pending. */
    DROPPED_OVERFLOW_PENDING,
    /** Dropped, and the overflow bit became set. */
    DROPPED_OVERFLOW_SET
  }

  /** A message-signalled interrupt of the IOMMU itself. */
  record InterruptSent(InterruptCause cause, long address, int data) implements Outcome {}

  /** Which event the interrupt reports. */
  enum InterruptCause {
    FAULT,
    INVALIDATION_COMPLETION,
    PAGE_REQUEST
  }

  /**
   * A listener's event. {@code pasid} as in the message, {@code spacePasid} of the address space.
   *
   * @param delivered number of listeners that took it; 0: it shows what would be sent
   */
  record Notified(
      NotifyReason reason,
      NotifyType type,
      int sourceId,
      int spacePasid,
      long iova,
      long address,
      long mask,
      int permissions,
      int pasid,
      int delivered)
      implements Outcome {}

  /** Why a listener is told. */
  enum NotifyReason {
    PAGE_SELECTIVE,
    SYNC,
    REPLAY,
    UNMAP_ALL,
    UNMAP_ALL_DIRTY,
    UNMAP_RANGE,
    DEVICE_TLB
  }

  /** What a listener is told. */
  enum NotifyType {
    MAP,
    UNMAP,
    DEVICE_TLB_UNMAP
  }

  /** A page-group response descriptor was executed. {@code code}: 4 bits as written. */
  record PageGroupResponded(int sourceId, int pasid, int groupIndex, int code, boolean delivered)
      implements Outcome {}

  record InterruptEntriesInvalidated(boolean global, int index, int mask) implements Outcome {}

  /** The invalidation queue stopped at a descriptor; {@code info}: IQER.IQEI, 4 bits. */
  record QueueErrorRaised(int head, int info) implements Outcome {}

  /**
   * A shadow walk was given up at {@code iova}: its tables ask for more reads than one operation
   * may spend. Listeners were told nothing of what lies behind.
   */
  record WalkCut(int sourceId, int pasid, long iova) implements Outcome {}

  /** A PASID was not bound: as many are bound as an IOMMU keeps. */
  record BindingLimitReached(int sourceId, int pasid) implements Outcome {}

  // ---- traces ------------------------------------------------------------------------------

  /** The address space was chosen anew, changed or not. */
  record AddressSpaceSelected(
      int sourceId, int pasid, boolean translated, boolean passThrough, boolean windowFaults)
      implements Trace {}

  record PasidCacheEmptied() implements Trace {}

  /** A PASID-cache invalidation was executed. */
  record PasidCacheSynced(PasidScope scope, int domainId, int pasid) implements Trace {}

  /** What a PASID-cache invalidation covers. */
  enum PasidScope {
    GLOBAL,
    DOMAIN,
    PASID
  }

  /** One address space met by a PASID-cache invalidation; {@code entry}: 8 words, maybe empty. */
  record PasidEntrySynced(int sourceId, int pasid, PasidAction action, long[] entry)
      implements Trace {}

  /** What the sync found. */
  enum PasidAction {
    ABSENT,
    INVALIDATED,
    FILLED,
    UNCHANGED,
    CHANGED
  }

  /** A translation made inside a larger operation (DMA, ATS). */
  record Translated(Operation.Translate request, Reply.Translation answer) implements Trace {}

  /** An interrupt message remapped inside a DMA. */
  record Remapped(Operation.RemapInterrupt request, Reply.RemappedInterrupt answer)
      implements Trace {}

  /** An access to the interrupt window that was refused inside a DMA. */
  record WindowRefused(Operation.AccessInterruptWindow request) implements Trace {}
}
