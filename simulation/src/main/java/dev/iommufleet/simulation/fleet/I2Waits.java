package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.vtd.Fact;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;

/** Each wait completes once, in order, unless the unit discarded it or was reset. */
final class I2Waits extends Checker {
  private final List<TreeSet<Integer>> open = new ArrayList<>();
  private final int[] lastCompleted;
  private final int[] resetBefore;

  /** The wait that was fetched and is open at the unit. */
  private final int[] pending;

  I2Waits(FleetConfig config) {
    super("I2");
    for (int i = 0; i < config.iommus(); i++) {
      open.add(new TreeSet<>());
    }
    lastCompleted = new int[config.iommus()];
    resetBefore = new int[config.iommus()];
    pending = new int[config.iommus()];
  }

  @Override
  void see(Seen seen) {
    switch (seen) {
      case Seen.Submitted s -> {
        if (!open.get(s.guest()).add(s.number())) {
          broken("wait %d of i%d was submitted twice", s.number(), s.guest());
        }
      }
      case Seen.Resetting s -> resetBefore[s.guest()] = last(s.guest());
      case Seen.Wrote s -> wrote(s.entry());
      case Seen.Ended _ -> ended();
      default -> {}
    }
  }

  private int last(int guest) {
    return open.get(guest).isEmpty() ? 0 : open.get(guest).last();
  }

  private void wrote(Entry entry) {
    for (Entry.Step step : entry.steps()) {
      if (step instanceof Entry.Step.OfIommu s) {
        for (Fact fact : s.facts()) {
          switch (fact) {
            case Fact.MemoryWritten f when f.kind() == Fact.WriteKind.WAIT_STATUS ->
                completed(entry.entity(), f);
            case Fact.WaitPended f -> pending[entry.entity()] = (int) (f.low() >>> 32);
            case Fact.WaitEnded f when !f.completed() ->
                open.get(entry.entity()).remove(pending[entry.entity()]);
            default -> {}
          }
        }
      }
    }
  }

  private void completed(int iommu, Fact.MemoryWritten write) {
    int wait = ByteBuffer.wrap(write.bytes()).order(ByteOrder.LITTLE_ENDIAN).getInt();
    if (!open.get(iommu).remove(wait)) {
      broken("wait %d of i%d completed, and was not open", wait, iommu);
    }
    if (wait < lastCompleted[iommu]) {
      broken("wait %d of i%d completed after wait %d", wait, iommu, lastCompleted[iommu]);
    }
    lastCompleted[iommu] = wait;
    // What is older and was not discarded has been overtaken.
    Iterator<Integer> older = open.get(iommu).headSet(wait).iterator();
    while (older.hasNext()) {
      int one = older.next();
      if (one > resetBefore[iommu]) {
        broken("wait %d of i%d completed before wait %d", wait, iommu, one);
      }
      older.remove();
    }
  }

  private void ended() {
    for (int iommu = 0; iommu < open.size(); iommu++) {
      for (int wait : open.get(iommu)) {
        if (wait > resetBefore[iommu]) {
          broken("wait %d of i%d never completed", wait, iommu);
        }
      }
    }
  }
}
