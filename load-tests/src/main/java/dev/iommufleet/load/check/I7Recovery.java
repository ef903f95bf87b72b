package dev.iommufleet.load.check;

import dev.iommufleet.protocol.load.v1.Answered;
import dev.iommufleet.protocol.load.v1.FinalState;

/** What was acknowledged is there after nodes have forgotten what they had in memory. */
final class I7Recovery extends Checker {
  private final Numbers numbers;
  private long lost;
  private long forgotten;

  I7Recovery(Numbers numbers) {
    super(
        "I7",
        "After a kill the sequence number is at least the last acknowledged one, and the state at"
            + " each acknowledged number has the hash that its answer carried");
    this.numbers = numbers;
  }

  long lost() {
    return lost;
  }

  @Override
  void fault(dev.iommufleet.protocol.load.v1.FaultInjected fault) {
    forgotten += fault.getForgets() ? 1 : 0;
  }

  @Override
  void answered(Call call, Answered answer) {
    if (answer.getSequenceNumber() == 0) {
      return;
    }
    if (answer.getRepeatedAnswer()) {
      return; // It tells of then, not of now.
    }
    var highest = numbers.highest(call.key());
    if (highest == null || highest.forgotten() == forgotten) {
      return; // No kill lies between: if it is older, a second writer is at work.
    }
    judge(
        call.key(),
        call.toString(),
        call.floor,
        answer.getSequenceNumber(),
        answer.hasStateHash() ? answer.getStateHash() : null);
  }

  @Override
  void finalState(FinalState state) {
    var highest = numbers.highest(Numbers.key(state));
    judge(
        Numbers.key(state),
        "the final state",
        highest == null ? 0 : highest.number(),
        state.getSequenceNumber(),
        state.getStateHash());
  }

  private void judge(String key, String who, long floor, long number, Long hash) {
    var highest = numbers.highest(key);
    if (highest == null) {
      return;
    }
    checked();
    if (number < floor) {
      lost += floor - number;
      broken(
          key,
          "%d acknowledged entries are not there any more".formatted(floor - number),
          "entry %d was acknowledged by %s".formatted(highest.number(), highest.by()),
          "%s has number %d".formatted(who, number));
      return;
    }
    var before = numbers.at(key, number);
    if (hash != null && before != null && before.hash() != hash) {
      lost++;
      broken(
          key,
          "the state at entry %d is not what was acknowledged".formatted(number),
          "%s had hash %016x".formatted(before.by(), before.hash()),
          "%s has hash %016x".formatted(who, hash));
    }
  }
}
