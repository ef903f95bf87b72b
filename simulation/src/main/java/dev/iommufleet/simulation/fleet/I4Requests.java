package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Operation;
import java.util.ArrayList;
import java.util.List;

/**
 * The page-request queue overwrites nothing; what it discards while it is full, or while its
 * overflow is not cleared, is answered as discarded, and nothing else is.
 */
final class I4Requests extends Checker {
  private static final int PQH = 0xC0;
  private static final int PRS = 0xDC;
  private static final int PRO = 2;
  private static final int NO_SPACE = -28;

  private final int[] heads;
  private final int[] tails;
  private final boolean[] overflow;

  I4Requests(FleetConfig config) {
    super("I4");
    heads = new int[config.iommus()];
    tails = new int[config.iommus()];
    overflow = new boolean[config.iommus()];
  }

  @Override
  void see(Seen seen) {
    if (seen instanceof Seen.Wrote s) {
      for (Entry.Step step : s.entry().steps()) {
        if (step instanceof Entry.Step.OfIommu it) {
          step(s.entry().entity(), it);
        }
      }
    }
  }

  private void step(int iommu, Entry.Step.OfIommu step) {
    switch (step.operation()) {
      case Operation.WriteRegister o when o.offset() == PQH -> heads[iommu] = (int) o.value();
      case Operation.WriteRegister o when o.offset() == PRS ->
          overflow[iommu] &= (o.value() & PRO) == 0;
      case Operation.Reset _ -> {
        heads[iommu] = 0;
        tails[iommu] = 0;
        overflow[iommu] = false;
      }
      default -> {}
    }
    int written = 0;
    List<Integer> answers = new ArrayList<>(0);
    for (Fact fact : step.facts()) {
      if (fact instanceof Fact.MemoryWritten f && f.kind() == Fact.WriteKind.PAGE_REQUEST) {
        written++;
        written(iommu, f);
      } else if (fact instanceof Fact.CommandPosted f
          && f.command() instanceof Command.PageRequestAnswered it) {
        answers.add(it.errno());
      }
    }
    for (int errno : answers) {
      answered(iommu, errno, written);
    }
  }

  private int next(int slot) {
    return (slot + Layout.REQUEST) % Layout.REQUEST_BYTES;
  }

  private void written(int iommu, Fact.MemoryWritten f) {
    int slot = (int) (f.address() - Layout.REQUESTS);
    if (slot != tails[iommu]) {
      broken("i%d wrote a page request to %x, the next is %x", iommu, slot, tails[iommu]);
    }
    if (next(slot) == heads[iommu]) {
      broken("i%d overwrote a page request at %x", iommu, slot);
    }
    if (overflow[iommu]) {
      broken("i%d took a page request before its overflow was cleared", iommu);
    }
    tails[iommu] = next(slot);
  }

  private void answered(int iommu, int errno, int written) {
    boolean full = next(tails[iommu]) == heads[iommu];
    if (errno == NO_SPACE) {
      if (!full && !overflow[iommu]) {
        broken("i%d discarded a page request though it had room", iommu);
      }
      overflow[iommu] = true;
    } else if (errno == 0 && written != 1) {
      broken("i%d took a page request that it did not write", iommu);
    }
  }
}
