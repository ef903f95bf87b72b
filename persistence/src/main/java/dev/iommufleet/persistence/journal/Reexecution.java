package dev.iommufleet.persistence.journal;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.QueueProgress;
import dev.iommufleet.hardware.vtd.Refusal;
import dev.iommufleet.persistence.mapping.Conditions;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.persistence.mapping.Operations;
import dev.iommufleet.persistence.mapping.Replies;
import dev.iommufleet.protocol.api.v1.Awaited;
import dev.iommufleet.protocol.api.v1.Reply;
import java.util.ArrayList;
import java.util.List;

/** A request that is executed again, entry by entry, the way its entity did it. */
final class Reexecution implements FactSink {
  private static final Operation CONTINUE = new Operation.Continue();

  private final List<dev.iommufleet.protocol.api.v1.Operation> operations;

  /** What came of the current entry's part. */
  private final List<Located> facts = new ArrayList<>();

  private final List<Located> soft = new ArrayList<>();
  private final List<Reply> replies = new ArrayList<>();

  private int next;

  /** The operation at {@link #next} has run, but the queue has not ended what it began; or null. */
  private Reply begun;

  /** The queue parked under the operation before {@link #next}, and this profile waits for it. */
  private boolean waitsForQueue;

  private long incarnation;

  /** A fact and the index of its operation in the request. */
  record Located(int operation, dev.iommufleet.protocol.api.v1.Fact fact) {}

  Reexecution(List<dev.iommufleet.protocol.api.v1.Operation> operations) {
    this.operations = operations;
  }

  /** What the incarnation before had in hand is begun anew. */
  void beginEntry(long entryIncarnation) {
    if (entryIncarnation != incarnation) {
      incarnation = entryIncarnation;
      begun = null;
    }
    facts.clear();
    soft.clear();
    replies.clear();
  }

  /**
   * Runs to the end of operation {@code end - 1}, then on while the journal has more facts: an
   * entry that is full ends in the middle of an operation.
   */
  void run(Iommu iommu, int end, int journaledFacts) {
    while (next < end) {
      step(iommu);
    }
    while (facts.size() < journaledFacts && !finished() && !operations.get(next).hasAwait()) {
      step(iommu);
    }
  }

  /** The queue was left unparked. */
  void release() {
    waitsForQueue = false;
  }

  private void step(Iommu iommu) {
    if (waitsForQueue) {
      throw new IllegalStateException(
          "operation %d waits until the parked queue goes on".formatted(next));
    }
    var message = operations.get(next);
    if (message.hasAwait()) {
      boolean met = Conditions.hold(message.getAwait(), iommu);
      answer(Reply.newBuilder().setAwaited(Awaited.newBuilder().setMet(met)).build());
      return;
    }
    if (begun == null) {
      begun = Replies.write(iommu.execute(admitted(iommu, message), this));
    } else {
      iommu.execute(CONTINUE, this);
    }
    if (iommu.progress() != QueueProgress.MORE) {
      answer(begun);
      begun = null;
      waitsForQueue = !finished() && iommu.holdsRequestsBack();
    }
  }

  /**
   * A journal may be damaged: what no entity would have run is not run here either. Limits were
   * checked for the whole request before its first segment, and others may have used them up since.
   */
  private static Operation admitted(Iommu iommu, dev.iommufleet.protocol.api.v1.Operation message) {
    var operation = Operations.read(message);
    iommu
        .refusal(List.of(operation))
        .filter(refusal -> refusal.code() == Refusal.Code.BAD_ARGUMENT)
        .ifPresent(
            refusal -> {
              throw new IllegalStateException("refused: " + refusal.message());
            });
    return operation;
  }

  private void answer(Reply reply) {
    replies.add(reply);
    next++;
  }

  @Override
  public void accept(Fact fact) {
    switch (fact) {
      case Fact.Lasting _, Fact.Outcome _ -> facts.add(new Located(next, Facts.write(fact)));
      case Fact.Soft _ -> soft.add(new Located(next, Facts.write(fact)));
      case Fact.Trace _ -> {}
    }
  }

  boolean finished() {
    return next == operations.size();
  }

  List<dev.iommufleet.protocol.api.v1.Operation> operations() {
    return operations;
  }

  int next() {
    return next;
  }

  List<Located> facts() {
    return facts;
  }

  List<Located> soft() {
    return soft;
  }

  List<Reply> replies() {
    return replies;
  }
}
