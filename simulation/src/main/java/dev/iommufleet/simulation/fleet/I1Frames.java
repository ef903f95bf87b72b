package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.Fact;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * No access lands in a frame, nor through a PASID's address space, once a wait has completed that
 * says that nobody uses it any more.
 */
final class I1Frames extends Checker {
  private static final long TAG_MASK = 0xFFL << 56;
  private static final long TAG = 0x5AL << 56;
  private static final long NOBODY = -1;

  private final FleetConfig config;

  /** By guest and frame: which use of it, in which space. */
  private final long[][] generations;

  private final int[][] spaces;
  private final boolean[][] retired;

  /** By guest, slot, PASID: a bit for each space that may be used. */
  private final int[][][] allowed;

  private final Map<Long, Cover> covers = new HashMap<>();

  /** By device and DMA: its PASID, and whether what is asked uses a translation. */
  private final Map<Long, Integer> pasids = new HashMap<>();

  private final Map<Long, Boolean> translated = new HashMap<>();

  I1Frames(FleetConfig config) {
    super("I1");
    this.config = config;
    generations = new long[config.iommus()][Layout.FRAMES];
    spaces = new int[config.iommus()][Layout.FRAMES];
    retired = new boolean[config.iommus()][Layout.FRAMES];
    allowed = new int[config.iommus()][config.devices()][Machines.PASIDS];
  }

  @Override
  void see(Seen seen) {
    switch (seen) {
      case Seen.Mapped s -> {
        generations[s.guest()][s.frame()] = s.generation();
        spaces[s.guest()][s.frame()] = s.space();
        retired[s.guest()][s.frame()] = false;
      }
      case Seen.Bound s -> allowed[s.guest()][s.slot()][s.pasid()] |= 1 << s.space();
      case Seen.Submitted s -> covers.put(key(s.guest(), s.number()), s.cover());
      case Seen.Wrote s -> wrote(s.entry());
      default -> {}
    }
  }

  private static long key(int a, long b) {
    return (long) a << 40 | b;
  }

  private void wrote(Entry entry) {
    for (Entry.Step step : entry.steps()) {
      switch (step) {
        case Entry.Step.OfIommu s -> {
          for (Fact fact : s.facts()) {
            ofIommu(entry, fact);
          }
        }
        case Entry.Step.OfDevice s -> {
          for (DeviceFact fact : s.facts()) {
            ofDevice(entry.entity(), fact);
          }
        }
      }
    }
  }

  // ---- the IOMMU's journal ------------------------------------------------------------------

  private void ofIommu(Entry entry, Fact fact) {
    switch (fact) {
      case Fact.MemoryWritten f when f.kind() == Fact.WriteKind.WAIT_STATUS -> {
        int wait = ByteBuffer.wrap(f.bytes()).order(ByteOrder.LITTLE_ENDIAN).getInt();
        Cover cover = covers.remove(key(entry.entity(), wait));
        if (cover != null) {
          completed(entry.entity(), cover);
        }
      }
      case Fact.PayloadWritten f when entry.cause() instanceof Entry.Cause.Reported by ->
          landed(entry, by, f.address());
      default -> {}
    }
  }

  private void completed(int guest, Cover cover) {
    for (Cover.Frame it : cover.frames()) {
      retired[guest][it.frame()] |= generations[guest][it.frame()] == it.generation();
    }
    for (Cover.Revoked it : cover.revoked()) {
      allowed[guest][it.slot()][it.pasid()] &= ~(1 << it.space());
    }
  }

  private void landed(Entry entry, Entry.Cause.Reported by, long address) {
    int pasid =
        switch (by.report()) {
          case Report.Dma r -> r.pasid();
          case Report.Access r -> r.pasid();
          default -> 0;
        };
    judge(entry.entity(), by.device(), pasid, Layout.frameOf(address), NOBODY, "writes");
  }

  /** {@code generation} {@link #NOBODY}: whichever there is. */
  private void judge(int guest, int device, int pasid, int frame, long generation, String does) {
    if (frame < 0) {
      return;
    }
    long now = generations[guest][frame];
    String who =
        "%s %s with PASID %d frame %d of its guest"
            .formatted(config.name(device), does, pasid, frame);
    if (retired[guest][frame] || generation != NOBODY && generation != now) {
      broken("%s, which a completed wait says is not in use any more", who);
    } else if ((allowed[guest][config.slot(device)][Math.max(pasid, 0)] & 1 << spaces[guest][frame])
        == 0) {
      broken("%s in an address space that a completed wait has taken from it", who);
    }
  }

  // ---- a device's journal -------------------------------------------------------------------

  private void ofDevice(int device, DeviceFact fact) {
    switch (fact) {
      case DeviceFact.DmaStarted f -> pasids.put(key(device, f.dma()), f.pasid());
      case DeviceFact.DmaAsked f ->
          translated.put(key(device, f.dma()), f.question() instanceof Report.Access);
      case DeviceFact.DmaEnded f -> {
        pasids.remove(key(device, f.dma()));
        translated.remove(key(device, f.dma()));
      }
      case DeviceFact.DmaAdvanced f when f.data() != null && f.data().length >= 8 ->
          read(device, f);
      default -> {}
    }
  }

  /** What a translated access has read is taken before the flush is acknowledged. */
  private void read(int device, DeviceFact.DmaAdvanced f) {
    long tag = ByteBuffer.wrap(f.data()).order(ByteOrder.LITTLE_ENDIAN).getLong();
    boolean judged = translated.getOrDefault(key(device, f.dma()), false);
    if (judged && (tag & TAG_MASK) == TAG) {
      int guest = config.guest(device);
      int frame = (int) tag & 0xFFFF;
      long generation = tag >>> 16 & 0xFF_FFFF_FFFFL;
      judge(guest, device, pasids.get(key(device, f.dma())), frame, generation, "reads");
    }
  }
}
