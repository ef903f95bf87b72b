package dev.iommufleet.actors;

import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.QueueProgress;
import dev.iommufleet.persistence.mapping.Conditions;
import dev.iommufleet.persistence.mapping.Replies;
import dev.iommufleet.protocol.api.v1.Awaited;
import dev.iommufleet.protocol.api.v1.Reply;

/** Lets the hardware run operations of one request for a bounded while. */
final class Turn {
  /** Facts after which the turn ends; others get theirs in between. */
  private static final int FACTS = 8_192;

  private static final Operation CONTINUE = new Operation.Continue();
  private static final Reply MET =
      Reply.newBuilder().setAwaited(Awaited.newBuilder().setMet(true)).build();
  private static final Reply NOT_MET =
      Reply.newBuilder().setAwaited(Awaited.getDefaultInstance()).build();

  private final Iommu iommu;
  private final EntityLimits limits;

  /** How a turn ended. */
  enum End {
    FINISHED,
    /** An await does not hold, or the queue is parked under a profile that waits for it. */
    SUSPENDED,
    /** The entry is large enough; the rest of the request goes into the next. */
    SEGMENT_FULL,
    /** Enough for one turn; the same segment goes on in the next. */
    TIRED
  }

  Turn(Iommu iommu, EntityLimits limits) {
    this.iommu = iommu;
    this.limits = limits;
  }

  End run(Run run) {
    if (run.segment == null) {
      run.segment = new Segment(run, limits.replyBytes());
    }
    int enough = run.segment.count + FACTS;
    while (!run.finished()) {
      if (run.begun == null && mustWait(run)) {
        return End.SUSPENDED;
      }
      if (run.begun == null && run.await() != null) {
        run.answer(Conditions.hold(run.await(), iommu) ? MET : NOT_MET);
        run.deadlinePassed = false;
        continue;
      }
      step(run);
      if (run.segment.bytes > limits.entryBytes() / 2 && !run.finished()) {
        return End.SEGMENT_FULL;
      }
      if (run.segment.count > enough && !run.finished()) {
        return End.TIRED;
      }
    }
    return End.FINISHED;
  }

  /** Whether a request that does not run now could go on. */
  boolean ready(Run run) {
    return !mustWait(run);
  }

  private boolean mustWait(Run run) {
    var await = run.await();
    return run.waitsForQueue
        || (await != null
            && await.getDeadlineMillis() > 0
            && !run.deadlinePassed
            && !Conditions.hold(await, iommu));
  }

  /** One operation, or the next share of the queue's work that an operation began. */
  private void step(Run run) {
    var segment = run.segment;
    if (run.begun == null) {
      var operation = run.operations.get(run.next);
      segment.begin(operation);
      run.begun = Replies.write(iommu.execute(operation, segment));
    } else {
      segment.begin(CONTINUE);
      iommu.execute(CONTINUE, segment);
    }
    segment.end();
    if (iommu.progress() != QueueProgress.MORE) {
      run.answer(run.begun);
      run.waitsForQueue = !run.finished() && iommu.holdsRequestsBack();
    }
  }
}
