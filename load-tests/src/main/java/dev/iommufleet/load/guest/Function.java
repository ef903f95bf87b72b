package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A function that the driver knows: its context entry, its PASID table, its address spaces. */
final class Function {
  private static final int PASIDS_OF_A_TABLE = 64;
  private static final int SMALLEST_DIRECTORY_BITS = 7;
  private static final int FOUR_LEVELS = 2;
  private static final long PRESENT = 1;
  private static final long FIRST_STAGE = 1 << 6; // PASID entry v0 [8:6]
  private static final long SECOND_STAGE = 2 << 6;
  private static final int DTE = 1 << 2; // scalable context v0
  private static final int PASIDE = 1 << 3;
  private static final int PRE = 1 << 4;
  private static final int PDTS_LSB = 9;
  private static final long WITH_DEVICE_TLB = 1 << 2; // legacy context lo [3:2]

  private final Kernel kernel;
  final int source;
  private final int domain;
  private long directory;
  private int directoryPages;

  /** Table pages by directory index. */
  private final Map<Integer, Long> tables = new TreeMap<>();

  /** Address spaces of PASIDs, ascending; without the one of PASID 0. */
  private final List<Space> spaces = new ArrayList<>();

  private Space own;

  Function(Kernel kernel, int source, int domain) {
    this.kernel = kernel;
    this.source = source;
    this.domain = domain;
  }

  /** The DMA domain. */
  Space own() {
    return own;
  }

  List<Space> spaces() {
    return spaces;
  }

  private boolean cachingMode() {
    return kernel.shape.cachingMode();
  }

  // ---- context entry -----------------------------------------------------------------------

  /** In scalable mode the context entry is there from now on, with an empty PASID table. */
  void probe(Batch batch) {
    if (!kernel.shape.scalable()) {
      return;
    }
    int bits = Math.max(kernel.shape.config().capabilities().pasidBits(), 6) - 6;
    directoryPages = Math.max(1, (8 << bits) / 4096);
    directory =
        directoryPages == 1 ? kernel.frames.take(batch) : kernel.frames.takeRow(directoryPages);
    int sizeCode = Math.max(0, bits - SMALLEST_DIRECTORY_BITS);
    batch.store(kernel.contextAddress(source), context(sizeCode), 0, 0, 0);
    if (cachingMode()) {
      kernel.ring.submit(batch, Flushes.context(0, source));
      kernel.ring.submit(batch, Flushes.iotlbDomain(0));
    }
  }

  private long context(int sizeCode) {
    var capabilities = kernel.shape.config().capabilities();
    return directory
        | PRESENT
        | (kernel.shape.usesAts() ? DTE : 0)
        | (capabilities.pasidBits() > 0 ? PASIDE : 0)
        | (kernel.shape.usesPageRequests() ? PRE : 0)
        | (long) sizeCode << PDTS_LSB;
  }

  void attachDomain(Batch batch) {
    own = new Space(kernel, source, 0, domain, batch);
    if (kernel.shape.scalable()) {
      setEntry(batch, own);
    } else {
      long type = kernel.shape.usesAts() ? WITH_DEVICE_TLB : 0;
      own.bound(batch);
      batch.store(
          kernel.contextAddress(source),
          own.tables.root() | type | PRESENT,
          FOUR_LEVELS | (long) domain << 8);
      if (cachingMode()) {
        kernel.ring.submit(batch, Flushes.context(0, source));
        kernel.ring.submit(batch, Flushes.iotlbDomain(domain));
      }
    }
  }

  /** All PASIDs, the DMA domain, then the context entry. */
  void release(Batch batch) {
    while (!spaces.isEmpty()) {
      unbind(batch, spaces.getLast());
    }
    if (kernel.shape.scalable()) {
      clearEntry(batch, own);
      long at = kernel.contextAddress(source);
      batch.store(at, 0);
      kernel.ring.submit(batch, Flushes.context(0, source));
      flushDevice(batch, 0);
      freeTables(batch);
    } else {
      releaseLegacy(batch);
    }
    own.tables.free();
  }

  private void releaseLegacy(Batch batch) {
    long at = kernel.contextAddress(source);
    own.unbound(batch);
    batch.store(at, own.tables.root());
    kernel.ring.submit(batch, Flushes.context(domain, source));
    kernel.ring.submit(batch, Flushes.iotlbDomain(domain));
    flushDevice(batch, 0);
    own.released(batch);
    batch.store(at, 0, 0);
  }

  private void freeTables(Batch batch) {
    tables.forEach(
        (index, table) -> {
          batch.store(directory + index * 8L, 0);
          kernel.frames.giveBack(table);
        });
    tables.clear();
    if (directoryPages == 1) {
      kernel.frames.giveBack(directory);
    }
  }

  // ---- PASIDs ------------------------------------------------------------------------------

  /** An address space is bound to a PASID; {@code shared}: a process's own. */
  Space bind(Batch batch, int pasid, boolean shared) {
    int id = shared ? Kernel.SHARED_DOMAIN : kernel.takeDomain();
    var space = new Space(kernel, source, pasid, id, batch);
    spaces.add(space);
    setEntry(batch, space);
    if (kernel.shape.usesPageRequests()) {
      batch.add(new Operation.AddPageResponseListener(source, pasid));
    }
    return space;
  }

  /** The caches are told in the order PASID cache, IOTLB, device TLB; then requests are drained. */
  void unbind(Batch batch, Space space) {
    clearEntry(batch, space);
    if (kernel.shape.usesPageRequests()) {
      kernel.requests().drain(batch, space);
    }
    spaces.remove(space);
    space.tables.free();
  }

  private void setEntry(Batch batch, Space space) {
    long at = entryAddress(batch, space.pasid);
    long width = FOUR_LEVELS << 2;
    if (kernel.shape.firstStage()) {
      batch.store(at + 8, space.domain, space.tables.root());
      space.bound(batch);
      batch.store(at, PRESENT | width | FIRST_STAGE);
    } else {
      batch.store(at + 8, space.domain);
      space.bound(batch);
      batch.store(at, space.tables.root() | PRESENT | width | SECOND_STAGE);
    }
    if (cachingMode()) {
      kernel.ring.submit(batch, Flushes.pasidCache(space.domain, space.pasid));
      kernel.ring.submit(batch, Flushes.pasidIotlb(space.domain, space.pasid));
    }
  }

  private void clearEntry(Batch batch, Space space) {
    long at = entryAddress(batch, space.pasid);
    long width = FOUR_LEVELS << 2;
    long absent =
        kernel.shape.firstStage()
            ? width | FIRST_STAGE
            : space.tables.root() | width | SECOND_STAGE;
    space.unbound(batch);
    batch.store(at, absent);
    kernel.ring.submit(batch, Flushes.pasidCache(space.domain, space.pasid));
    kernel.ring.submit(batch, space.iotlb());
    flushDevice(batch, space.pasid);
    space.released(batch);
    batch.store(at, 0, 0, 0);
  }

  private void flushDevice(Batch batch, int pasid) {
    if (kernel.usesAts(source)) {
      kernel.ring.submit(batch, Flushes.deviceTlb(source, pasid));
    }
  }

  private long entryAddress(Batch batch, int pasid) {
    int index = pasid / PASIDS_OF_A_TABLE;
    Long table = tables.get(index);
    if (table == null) {
      table = kernel.frames.take(batch);
      batch.store(directory + index * 8L, table | PRESENT);
      tables.put(index, table);
    }
    return table + (pasid % PASIDS_OF_A_TABLE) * 64L;
  }
}
