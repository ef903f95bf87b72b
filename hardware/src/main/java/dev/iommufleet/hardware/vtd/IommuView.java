package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.vtd.spec.DescriptorType;
import dev.iommufleet.hardware.vtd.spec.PageRequestDescriptor;
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

  /** How many descriptors of a type this object has run since it was made; wraps around. */
  public int descriptors(DescriptorType type) {
    return core.descriptors[type.ordinal()];
  }

  /** Descriptors that software has queued and hardware has not fetched. [INV-2.2] */
  public int queueDepth() {
    long entries = Math.max(1, core.latches.get(Latch.QUEUE_ENTRIES));
    long ahead = core.latches.get(Latch.QUEUE_TAIL) - core.latches.get(Latch.QUEUE_HEAD);
    return core.latches.is(Latch.QUEUE_ENABLED) ? (int) Math.floorMod(ahead, entries) : 0;
  }

  /** Page requests in the page-request queue that software has not taken. [PRI-2.1] */
  public int pageRequestsPending() {
    long bytes = 0x1000L << (core.registers.get(Registers.PQA) & 7);
    long ahead = core.registers.getQuad(Registers.PQT) - core.registers.getQuad(Registers.PQH);
    return (int) (Math.floorMod(ahead, bytes) / PageRequestDescriptor.BYTES);
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

  /** Functions and devices, each source id once. */
  public int attachedDevices() {
    int count = core.functions.count();
    for (Device device : core.devices.all()) {
      count += core.functions.isAttached(device.sourceId) ? 0 : 1;
    }
    return count;
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

  /** A device that is attached; {@code epoch} of its attachment. */
  public record AttachedDevice(
      int sourceId, long epoch, HostInfo host, boolean detaching, long lastCommand) {}

  /** Ascending by source id. */
  public List<AttachedDevice> devices() {
    List<AttachedDevice> devices = new ArrayList<>();
    for (Device device : core.devices.all()) {
      devices.add(
          new AttachedDevice(
              device.sourceId, device.epoch, device.host, device.detaching(), device.lastId()));
    }
    return devices;
  }

  /** Whether this attachment is the present one. */
  public boolean isAttached(int sourceId, long epoch) {
    Device device = core.devices.find(sourceId);
    return device != null && device.epoch == epoch;
  }

  /** Whether the device has not answered command {@code id}. */
  public boolean isOpen(int sourceId, long id) {
    Device device = core.devices.find(sourceId);
    return device != null && device.outstanding(id) != null && !device.isAcknowledged(id);
  }

  /** Id of the last command that was posted to the device; 0: none. */
  public long generation(int sourceId) {
    Device device = core.devices.find(sourceId);
    return device == null ? 0 : device.lastId();
  }

  /** A PASID that a device was told of; {@code failed}: the device could not bind it. */
  public record BoundPasid(int pasid, long[] entry, boolean failed) {}

  /** Newest first; empty when there is no such device. */
  public List<BoundPasid> bindings(int sourceId) {
    List<BoundPasid> bound = new ArrayList<>();
    Device device = core.devices.find(sourceId);
    if (device != null) {
      for (Binding binding : device.bindings()) {
        if (binding.leaving == 0) {
          bound.add(new BoundPasid(binding.pasid, binding.entry.clone(), binding.failed));
        }
      }
    }
    return bound;
  }

  /** A command on its way; {@code previous}: the numbered one before it, 0: none. */
  public record PostedCommand(long id, long previous, Command command) {}

  /** Commands that the device has not answered, ascending by id. */
  public List<PostedCommand> unanswered(int sourceId) {
    List<PostedCommand> commands = new ArrayList<>();
    Device device = core.devices.find(sourceId);
    if (device != null) {
      for (Device.Posted posted : device.outstanding()) {
        if (!device.isAcknowledged(posted.id())) {
          commands.add(new PostedCommand(posted.id(), posted.previous(), posted.command()));
        }
      }
    }
    return commands;
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
