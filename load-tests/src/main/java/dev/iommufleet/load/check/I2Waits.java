package dev.iommufleet.load.check;

import dev.iommufleet.load.check.Submissions.Wait;
import dev.iommufleet.protocol.api.v1.WatchedFact;
import dev.iommufleet.protocol.api.v1.WriteKind;
import dev.iommufleet.protocol.load.v1.FinalState;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Each wait writes its status once. */
final class I2Waits extends Checker {
  private final Submissions submissions;
  private final Settled settled = new Settled();

  /** By IOMMU: status writes that were watched. */
  private final Map<String, Map<Wait, Integer>> completed = new HashMap<>();

  private final Set<String> stopped = new HashSet<>();

  I2Waits(Submissions submissions) {
    super(
        "I2",
        "Each fetched wait completes at most once; exactly once unless an error, reset or"
            + " disabling aborted it");
    this.submissions = submissions;
  }

  @Override
  void watched(String iommu, long entry, WatchedFact fact) {
    var kind = fact.getFact();
    if (kind.hasQueueErrorRaised()) {
      stopped.add(iommu);
      return;
    }
    var of = submissions.of(iommu);
    if (!kind.hasMemoryWritten() || of == null || of.partial) {
      return;
    }
    var write = kind.getMemoryWritten();
    if (write.getKind() != WriteKind.WRITE_KIND_WAIT_STATUS) {
      return;
    }
    checked();
    int value = write.getData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getInt();
    var wait = new Wait(write.getAddress(), value);
    int times = completed.computeIfAbsent(iommu, _ -> new HashMap<>()).merge(wait, 1, Integer::sum);
    int submitted = of.waits.getOrDefault(wait, 0);
    if (times > submitted) {
      broken(
          iommu,
          "a wait completed %d times and was submitted %d times".formatted(times, submitted),
          "status %#x at %#x".formatted(value, wait.address()),
          "entry %d, fact %d".formatted(entry, fact.getIndex()));
    }
  }

  @Override
  void caughtUp(String iommu, long entry) {
    settled.caughtUp(iommu, entry);
  }

  @Override
  void finalState(FinalState state) {
    settled.finalState(state);
    var iommu = state.getEntity();
    var of = submissions.of(iommu);
    if (!settled.is(iommu)
        || of == null
        || of.partial
        || of.uncertain
        || of.aborted
        || stopped.contains(iommu)) {
      return;
    }
    var seen = completed.getOrDefault(iommu, Map.of());
    of.waits.forEach(
        (wait, times) -> {
          int done = seen.getOrDefault(wait, 0);
          if (done < times) {
            broken(
                iommu,
                "a wait was submitted %d times and completed %d times".formatted(times, done),
                "status %#x at %#x".formatted(wait.value(), wait.address()));
          }
        });
  }
}
