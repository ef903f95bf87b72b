package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.vtd.Operation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/** What a guest believes of its tables, and the stores that make it so. */
final class Tables {
  static final int NONE = -1;

  /** In the first 8 bytes of each frame: this, its generation, its number. */
  static final long TAG = 0x5AL << 56;

  private static final long PRESENT = 1;
  private static final long TABLE = 7; // present, write, user
  private static final long FIRST_STAGE = 1L << 6 | 2 << 2 | PRESENT; // AW 2: 48 bits
  private static final long CONTEXT = 0x1D; // present, DTE, PASIDE, PRE

  final int[][] leaves = new int[Layout.SPACES][Layout.PAGES];
  final int[][] entries;
  private final Cluster cluster;
  private final int guest;
  private final ArrayDeque<Integer> free = new ArrayDeque<>();
  private final long[] generations = new long[Layout.FRAMES];

  Tables(Cluster cluster, int guest) {
    this.cluster = cluster;
    this.guest = guest;
    entries = new int[cluster.config.devices()][Machines.PASIDS];
    for (int[] row : leaves) {
      Arrays.fill(row, NONE);
    }
    for (int[] row : entries) {
      Arrays.fill(row, NONE);
    }
    for (int frame = 0; frame < Layout.FRAMES; frame++) {
      free.add(frame);
    }
  }

  static Operation store(long address, long value) {
    byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    return new Operation.WriteMemory(address, bytes);
  }

  /** Root, contexts, directories, and page tables without a leaf. */
  void boot(List<Operation> stores) {
    stores.add(store(Layout.ROOT, Layout.CONTEXTS | PRESENT));
    stores.add(store(Layout.ROOT + 8, Layout.CONTEXTS + 0x1000 | PRESENT));
    for (int slot = 0; slot < entries.length; slot++) {
      long context = Layout.context(FleetConfig.sourceId(slot));
      stores.add(store(context, Layout.directory(slot) | CONTEXT));
      stores.add(store(Layout.directory(slot), Layout.pasidEntry(slot, 0) | PRESENT));
    }
    for (int space = 0; space < Layout.SPACES; space++) {
      stores.add(store(Layout.table(space, 0), Layout.table(space, 1) | TABLE));
      stores.add(store(Layout.table(space, 1) + 8, Layout.table(space, 2) | TABLE));
      stores.add(store(Layout.table(space, 2), Layout.table(space, 3) | TABLE));
    }
  }

  // ---- pages --------------------------------------------------------------------------------

  /** Nothing happens where a page is, or no frame is left. */
  void map(int space, int page, List<Operation> stores) {
    if (leaves[space][page] != NONE || free.isEmpty()) {
      return;
    }
    int frame = free.remove();
    long generation = ++generations[frame];
    leaves[space][page] = frame;
    cluster.see(new Seen.Mapped(guest, space, frame, generation));
    stores.add(store(Layout.frame(frame), TAG | generation << 16 | frame));
    stores.add(store(Layout.leaf(space, page), Layout.frame(frame) | TABLE));
  }

  /** False: there was nothing. */
  boolean unmap(int space, int page, List<Operation> stores, Cover cover) {
    int frame = leaves[space][page];
    if (frame == NONE) {
      return false;
    }
    leaves[space][page] = NONE;
    stores.add(store(Layout.leaf(space, page), 0));
    cover.frames().add(new Cover.Frame(frame, generations[frame]));
    return true;
  }

  /** Nobody uses these frames any more. */
  void release(Cover cover) {
    cover.frames().forEach(it -> free.add(it.frame()));
  }

  // ---- PASIDs -------------------------------------------------------------------------------

  void bind(int slot, int pasid, int space, List<Operation> stores, Cover cover) {
    int before = entries[slot][pasid];
    entries[slot][pasid] = space;
    cluster.see(new Seen.Changed(guest, slot, pasid));
    cluster.see(new Seen.Bound(guest, slot, pasid, space));
    if (before != NONE) {
      cover.revoked().add(new Cover.Revoked(slot, pasid, before));
    }
    cover.attached().add(new Cover.Attached(slot, pasid, Layout.table(space, 0)));
    long at = Layout.pasidEntry(slot, pasid);
    byte[] bytes =
        ByteBuffer.allocate(24)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(FIRST_STAGE)
            .putLong(Layout.domain(space))
            .putLong(Layout.table(space, 0))
            .array();
    stores.add(new Operation.WriteMemory(at, bytes));
  }

  void unbind(int slot, int pasid, List<Operation> stores, Cover cover) {
    int before = entries[slot][pasid];
    entries[slot][pasid] = NONE;
    cluster.see(new Seen.Changed(guest, slot, pasid));
    cover.revoked().add(new Cover.Revoked(slot, pasid, before));
    cover.attached().add(new Cover.Attached(slot, pasid, 0));
    stores.add(store(Layout.pasidEntry(slot, pasid), 0));
  }
}
