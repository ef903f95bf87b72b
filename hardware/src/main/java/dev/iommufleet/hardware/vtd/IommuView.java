package dev.iommufleet.hardware.vtd;

import java.util.ArrayList;
import java.util.List;

/** Read-only looks at an IOMMU. Valid until the IOMMU runs its next operation. */
public final class IommuView {
  private final Core core;

  IommuView(Core core) {
    this.core = core;
  }

  /** One 32-bit word of the raw register file; {@code offset} in bytes, a multiple of 4. */
  public int register(int offset) {
    return core.registers.get(offset);
  }

  /** Bytes of the register page that hold registers. */
  public int registerBytes() {
    return Registers.BYTES;
  }

  /** Bits of the word that software can write. */
  public int writableMask(int offset) {
    return core.registers.masks().writable(offset >> 2);
  }

  /** Bits of the word that software clears by writing 1. */
  public int clearedByOneMask(int offset) {
    return core.registers.masks().clearedByOne(offset >> 2);
  }

  /** Bits of the word that read as 0. */
  public int writeOnlyMask(int offset) {
    return core.registers.masks().writeOnly(offset >> 2);
  }

  public long latch(Latch latch) {
    return core.latches.get(latch);
  }

  /** A cached PASID entry; {@code entry}: 8 little-endian words. */
  public record CachedPasid(int sourceId, int pasid, long[] entry) {}

  /** Cached PASID entries in the order in which their address spaces were added. */
  public List<CachedPasid> pasidCache() {
    List<CachedPasid> cached = new ArrayList<>();
    for (AddressSpace space : core.spaces.all()) {
      if (space.pasidEntry() != null) {
        cached.add(new CachedPasid(space.sourceId, space.pasid, space.pasidEntry().clone()));
      }
    }
    return cached;
  }

  /** Number of cached PASID entries. */
  public int pasidCacheEntries() {
    int count = 0;
    for (AddressSpace space : core.spaces.all()) {
      count += space.pasidEntry() != null ? 1 : 0;
    }
    return count;
  }

  public int iotlbEntries() {
    return core.iotlb.size();
  }

  public int addressSpaces() {
    return core.spaces.size();
  }

  /** Functions that answer device-TLB invalidations. */
  public int attachedFunctions() {
    return core.functions.count();
  }

  /** 4 KiB pages of guest memory that hold data. */
  public int memoryPages() {
    return core.memory.pages();
  }

  /** An invalidation that a function has not answered yet; {@code itag} 0 to 31. */
  public record OpenInvalidation(int sourceId, int itag) {}

  public List<OpenInvalidation> openInvalidations() {
    List<OpenInvalidation> open = new ArrayList<>();
    for (Functions.Open one : core.functions.open()) {
      open.add(new OpenInvalidation(one.sourceId(), one.itag()));
    }
    return open;
  }

  /** Queue index of the wait that is open, or -1. */
  public int pendingWaitPosition() {
    var wait = core.functions.pendingWait();
    return wait == null ? -1 : wait.position();
  }

  /** Guest memory, {@code length} bytes; null where it cannot be read. */
  public byte[] memory(long address, int length) {
    byte[] bytes = new byte[length];
    return core.memory.read(address, bytes, 0, length) ? bytes : null;
  }
}
