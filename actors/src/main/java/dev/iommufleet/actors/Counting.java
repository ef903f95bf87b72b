package dev.iommufleet.actors;

import dev.iommufleet.hardware.vtd.IommuView;
import dev.iommufleet.hardware.vtd.QueueProgress;
import dev.iommufleet.hardware.vtd.spec.DescriptorType;
import dev.iommufleet.protocol.api.v1.Fact;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import dev.iommufleet.protocol.api.v1.RecordOutcome;
import java.util.List;

/** What one IOMMU's doings come to in {@link EntityMetrics}. */
final class Counting {
  private static final DescriptorType[] TYPES = DescriptorType.values();

  private final EntityMetrics metrics;
  private final EntityGauge gauge;

  /** Of the object that holds the hardware now. */
  private int[] descriptors = new int[TYPES.length];

  /** Since when the queue is parked, monotonic; 0: it is not. */
  private long parkedSince;

  Counting(EntityMetrics metrics, EntityGauge gauge) {
    this.metrics = metrics;
    this.gauge = gauge;
  }

  /** The hardware was made anew from the journal. */
  void madeAnew(Incarnation it) {
    descriptors = new int[TYPES.length];
    parkedSince = 0;
    look(it);
  }

  /** Operations of a request have run, and these are the facts that go into the journal. */
  void ran(Incarnation it, List<Operation> operations, List<OperationFacts> facts) {
    // Neighbours are mostly of one kind, as in a batch of reads.
    int begin = 0;
    for (int i = 1; i <= operations.size(); i++) {
      var kind = operations.get(begin).getKindCase();
      if (i == operations.size() || operations.get(i).getKindCase() != kind) {
        metrics.operations(kind, i - begin);
        begin = i;
      }
    }
    for (var group : facts) {
      group.getFactsList().forEach(this::fact);
    }
    if (!facts.isEmpty()) {
      look(it);
    }
  }

  private void fact(Fact fact) {
    switch (fact.getKindCase()) {
      case FAULT_DETECTED -> metrics.fault(fact.getFaultDetected().getDetails().getReason());
      case FAULT_RECORDED -> {
        if (isLost(fact.getFaultRecorded().getOutcome())) {
          metrics.faultLost();
        }
      }
      default -> {}
    }
  }

  private static boolean isLost(RecordOutcome outcome) {
    return outcome == RecordOutcome.RECORD_OUTCOME_DROPPED_OVERFLOW_PENDING
        || outcome == RecordOutcome.RECORD_OUTCOME_DROPPED_OVERFLOW_SET;
  }

  private void look(Incarnation it) {
    var view = it.iommu.view();
    count(view);
    boolean parked = it.iommu.progress() == QueueProgress.PARKED;
    if (parked != (parkedSince != 0)) {
      long now = System.nanoTime();
      if (!parked) {
        metrics.parked(now - parkedSince);
      }
      parkedSince = parked ? now : 0;
    }
    gauge.queue(view.queueDepth(), parked);
    gauge.pageRequests(view.pageRequestsPending());
  }

  private void count(IommuView view) {
    for (var type : TYPES) {
      int now = view.descriptors(type);
      int more = now - descriptors[type.ordinal()];
      if (more != 0) {
        descriptors[type.ordinal()] = now;
        metrics.descriptors(type, more);
      }
    }
  }
}
