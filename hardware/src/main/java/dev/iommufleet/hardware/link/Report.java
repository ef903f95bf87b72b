package dev.iommufleet.hardware.link;

/**
 * What a device tells the IOMMU of its attachment, beside which the attachment's epoch travels.
 *
 * <p>PASIDs are 20 bits, or {@link #NO_PASID}. Addresses are unsigned 64-bit.
 */
public sealed interface Report {
  /** In place of a PASID: the request carries none. */
  int NO_PASID = -1;

  // ---- the attachment; told again until it is settled ---------------------------------------

  /** The device wants to be there; {@code host} null: an emulated device. */
  record Attach(HostInfo host) implements Report {}

  /** The device wants to leave in an orderly way. */
  record Detach() implements Report {}

  /** The device is gone. */
  record Lost() implements Report {}

  // ---- answers to commands; told again when the command is ----------------------------------

  /** Command {@code id} is done; {@code errno}: 0, or negated if it could not be done. */
  record Answered(long id, int errno) implements Report {}

  /**
   * An invalidation completion message.
   *
   * @param id of the command that asked for it; 0: nothing asked for it
   * @param itags one bit for each, 32 bits
   */
  record InvalidationCompleted(long id, int itags) implements Report {}

  /** The device has command {@code id} and was told to be late or silent about it. */
  record Withheld(long id) implements Report {}

  // ---- page requests; told again until answered ---------------------------------------------

  /**
   * @param number from 1 for each attachment, without gaps
   * @param lastInGroup with neither read nor write: a stop marker
   * @param groupIndex 9 bits
   */
  record PageRequested(
      long number,
      int pasid,
      long address,
      boolean read,
      boolean write,
      boolean execute,
      boolean privileged,
      boolean lastInGroup,
      int groupIndex)
      implements Report {}

  // ---- questions; told again until answered under their number -------------------------------

  /** Something that the device needs an answer to. {@code ask}: never used again. */
  sealed interface Question extends Report {
    long ask();
  }

  /** An ATS translation request for the page of {@code iova}. */
  record Translate(long ask, int pasid, long iova, boolean write) implements Question {}

  /**
   * The host's IOMMU walks the guest's first-stage tables for a passed-through device.
   *
   * @param table where the top table lies
   * @param addressWidth 48 or 57 bits
   * @param tableFlags 1 supervisor requests, 2 extended accessed bits, 4 write protection
   */
  record Walk(
      long ask, int pasid, long table, int addressWidth, int tableFlags, long iova, boolean write)
      implements Question {}

  /** Untranslated DMA; {@code data} null: a read. */
  record Dma(long ask, int pasid, long iova, int length, byte[] data) implements Question {}

  /**
   * DMA to an address that was translated before; {@code data} null: a read.
   *
   * @param host by the host's tables, past the guest's IOMMU
   */
  record Access(long ask, int pasid, boolean host, long address, int length, byte[] data)
      implements Question {}
}
