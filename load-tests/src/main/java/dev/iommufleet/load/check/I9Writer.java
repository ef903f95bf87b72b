package dev.iommufleet.load.check;

import dev.iommufleet.protocol.load.v1.Answered;

/** One writer, and no answer from a node that may have lost the entity. */
final class I9Writer extends Checker {
  private final Numbers numbers;
  private long forgotten;

  I9Writer(Numbers numbers) {
    super(
        "I9",
        "One writer for each entity: no number is acknowledged with two states, and no answer is"
            + " older than what was acknowledged before its call");
    this.numbers = numbers;
  }

  @Override
  void fault(dev.iommufleet.protocol.load.v1.FaultInjected fault) {
    forgotten += fault.getForgets() ? 1 : 0;
  }

  @Override
  void answered(Call call, Answered answer) {
    long number = answer.getSequenceNumber();
    var highest = numbers.highest(call.key());
    if (number == 0 || highest == null || answer.getRepeatedAnswer()) {
      return;
    }
    if (highest.forgotten() != forgotten) {
      return; // Nodes were killed since: I7 judges.
    }
    checked();
    if (number < call.floor) {
      broken(
          call.key(),
          "an answer is older than what was acknowledged before its call",
          "entry %d was acknowledged by %s".formatted(highest.number(), highest.by()),
          "%s was answered at entry %d".formatted(call, number));
      return;
    }
    var before = numbers.at(call.key(), number);
    if (answer.hasStateHash() && before != null && before.hash() != answer.getStateHash()) {
      broken(
          call.key(),
          "entry %d has two states".formatted(number),
          "%s was answered with hash %016x".formatted(before.by(), before.hash()),
          "%s was answered with hash %016x".formatted(call, answer.getStateHash()));
    }
  }
}
