package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.memory.MemoryKind;
import java.util.List;

/**
 * One operation on an IOMMU, from outside it: by the guest's processor (registers, memory), by a
 * function on the bus (DMA, interrupts, ATS, page requests) or by the machine around it.
 *
 * <p>Source ids are bus &lt;&lt; 8 | device &lt;&lt; 3 | function, 16 bits. PASIDs are 20 bits, or
 * {@link Access#NO_PASID}. Addresses are unsigned 64-bit.
 */
public sealed interface Operation {

  /**
   * {@code offset}: bytes from the start of the register page; {@code size}: 1, 2, 4 or 8 bytes.
   */
  record ReadRegister(int offset, int size) implements Operation {}

  /** {@code value}: the low {@code size} bytes are written. */
  record WriteRegister(int offset, int size, long value) implements Operation {}

  /** Guest-physical memory; {@code length} in bytes. */
  record ReadMemory(long address, int length) implements Operation {}

  /** Guest-physical memory, written by the guest's processor. The array is handed over. */
  record WriteMemory(long address, byte[] data) implements Operation {}

  /** From now on the range answers as {@code kind}; {@code length} in bytes, 0 means 2^64. */
  record SetMemoryRange(long address, long length, MemoryKind kind) implements Operation {}

  /** Asks for a translation as the IOMMU would make it for a request; moves no data. */
  record Translate(int sourceId, int pasid, long iova, int access, AddressType type)
      implements Operation {}

  /**
   * DMA of a function through its address space: interrupt window, pass-through and one translation
   * for each page. {@code data} is null for a read.
   */
  record Dma(int sourceId, int pasid, long iova, int length, AddressType type, byte[] data)
      implements Operation {
    public boolean write() {
      return data != null;
    }
  }

  /** An interrupt message on its way; {@code sourceId} 0xFFFF: the requester is unknown. */
  record RemapInterrupt(int sourceId, long address, int data, boolean recordFaults)
      implements Operation {}

  /** An access to the interrupt window that no interrupt can come of; recorded as fault 87. */
  record AccessInterruptWindow(
      int sourceId, int pasid, long address, boolean write, boolean translated)
      implements Operation {}

  /** ATS translation request over {@code [address, address + length)}. */
  record AtsTranslate(
      int sourceId,
      int pasid,
      boolean privileged,
      boolean execute,
      long address,
      long length,
      boolean noWrite,
      int maxResults)
      implements Operation {}

  /** A page request; {@code groupIndex} is the page-request-group index, 9 bits. */
  record RequestPage(
      int sourceId,
      int pasid,
      boolean privileged,
      boolean execute,
      long address,
      boolean lastInGroup,
      int groupIndex,
      boolean read,
      boolean write)
      implements Operation {}

  /** The machine now has a function with this source id, seen by DMA under this PASID. */
  record AddAddressSpace(int sourceId, int pasid) implements Operation {}

  /** A listener for mappings: {@code flags} 1 UNMAP, 2 MAP, 4 device-IOTLB UNMAP. */
  record AddNotifier(int sourceId, int pasid, int flags) implements Operation {}

  /** Tells a listener everything that is mapped now. */
  record ReplayMappings(int sourceId, int pasid) implements Operation {}

  /** A listener for page-group responses of this function and PASID. */
  record AddPageResponseListener(int sourceId, int pasid) implements Operation {}

  /**
   * A function is there to answer device-TLB invalidations.
   *
   * @param answersAtOnce false: each invalidation stays open until {@link CompleteInvalidation}
   */
  record AttachFunction(int sourceId, boolean answersAtOnce) implements Operation {}

  /** The function leaves in an orderly way: what it owed counts as acknowledged. */
  record DetachFunction(int sourceId) implements Operation {}

  /** An invalidation completion message: one bit for each ITag, 32 bits. */
  record CompleteInvalidation(int sourceId, int itagVector) implements Operation {}

  /** The device-TLB invalidations open at this function have run into their time-out. */
  record ExpireInvalidations(int sourceId) implements Operation {}

  /**
   * A device comes.
   *
   * @param epoch of the attachment, never 0 where the device allots it; 0: the caller has none
   * @param host what a passthrough device is bound to; null: an emulated device
   */
  record AttachDevice(int sourceId, long epoch, HostInfo host) implements Operation {}

  /** The device begins to leave in an orderly way. {@code epoch} 0: whichever is there. */
  record DetachDevice(int sourceId, long epoch) implements Operation {}

  /** The device is gone without notice. {@code epoch} 0: whichever is there. */
  record DeviceLost(int sourceId, long epoch) implements Operation {}

  /** The device has done what command {@code id} said: {@code errno} 0, or could not. */
  record AnswerCommand(int sourceId, long epoch, long id, int errno) implements Operation {}

  /**
   * The host's IOMMU walks the guest's first-stage tables for a passthrough device. It answers as
   * the tables are, past every cache of this unit; accessed and dirty bits are set. [PT-9]
   *
   * @param table where the top table lies, of four levels
   */
  record WalkNested(int sourceId, int pasid, long table, long iova, boolean write)
      implements Operation {}

  /** A page request of an attached device, the {@code number}th of its attachment, from 1. */
  record DevicePageRequest(int sourceId, long epoch, long number, RequestPage request)
      implements Operation {}

  /** Goes on with queue work that a turn left over; see {@link Iommu#progress}. */
  record Continue() implements Operation {}

  /**
   * Takes over a state that was saved elsewhere, as a machine that was migrated here does: what the
   * structures in memory say is looked up anew, bindings as by a global invalidation. [PT-7]
   *
   * @param registers the raw register file from offset 0, 32-bit words
   * @param latches others are 0; whether root and descriptors are scalable follows from registers
   */
  record LoadState(int[] registers, List<Fact.LatchChanged> latches) implements Operation {}

  /** System reset: registers and caches as at power-on; memory and functions stay. */
  record Reset() implements Operation {}
}
