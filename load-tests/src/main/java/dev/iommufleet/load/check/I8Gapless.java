package dev.iommufleet.load.check;

import dev.iommufleet.protocol.load.v1.Answered;

/** Numbers have no gaps, and an entry that is served again is the same. */
final class I8Gapless extends Checker {
  private final Models models;

  I8Gapless(Models models) {
    super("I8", "Sequence numbers per entity are gapless, and each entry is served the same");
    this.models = models;
  }

  @Override
  void answered(Call call, Answered answer) {
    var step = models.current();
    if (step == null) {
      return;
    }
    checked();
    long grown = answer.getSequenceNumber() - step.before;
    if (grown > step.entries) {
      broken(
          call.entity(),
          "the number grew by %d where a request can make %d entries"
              .formatted(grown, step.entries),
          "entry %d was acknowledged before".formatted(step.before),
          "%s was answered at entry %d".formatted(call, answer.getSequenceNumber()));
    } else if (step.changed && grown == 0) {
      broken(
          call.entity(),
          "a request that changes something left no entry",
          "%s was answered at entry %d, as the one before"
              .formatted(call, answer.getSequenceNumber()));
    }
  }

  @Override
  void servedAgain(String iommu, long entry, boolean same) {
    checked();
    if (!same) {
      broken(
          iommu,
          "entry %d was watched again and is not what it was".formatted(entry),
          "entry " + entry);
    }
  }
}
