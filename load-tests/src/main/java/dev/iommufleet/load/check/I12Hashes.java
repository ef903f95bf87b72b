package dev.iommufleet.load.check;

import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.protocol.load.v1.Answered;
import java.util.Arrays;

/** The fleet's state is the model's. */
final class I12Hashes extends Checker {
  private final Models models;

  I12Hashes(Models models) {
    super("I12", "The live state hash is the hash that the pure model has after the same requests");
    this.models = models;
  }

  @Override
  void answered(Call call, Answered answer) {
    var step = models.current();
    if (step == null) {
      return;
    }
    checked();
    for (int i = 0; i < step.fleet.size(); i++) {
      if (step.warm.get(i) != null && !same(step.warm.get(i), step.fleet.get(i))) {
        broken(
            call.entity(),
            "an answer is not the model's",
            "%s, operation %d: %s".formatted(call, i, Text.of(step.operations.get(i))),
            "the model says " + step.warm.get(i),
            "the fleet says " + step.fleet.get(i));
        models.giveUp(call.entity());
        return;
      }
    }
    if (answer.hasStateHash() && answer.getStateHash() != step.hash) {
      broken(
          call.entity(),
          "the state at entry %d is not the model's".formatted(answer.getSequenceNumber()),
          "%s was answered with hash %016x".formatted(call, answer.getStateHash()),
          "the model has hash %016x".formatted(step.hash));
      models.giveUp(call.entity());
    }
  }

  /** Translations are I1's; what comes of them depends on caches. */
  private static boolean same(Reply model, Reply fleet) {
    return switch (model) {
      case Reply.RegisterValue it -> it.equals(fleet);
      case Reply.MemoryBytes it ->
          fleet instanceof Reply.MemoryBytes other
              && it.status() == other.status()
              && Arrays.equals(it.bytes(), other.bytes());
      case Reply.PageRequestAnswer it -> it.equals(fleet);
      case Reply.Done it -> it.equals(fleet);
      case Reply _ -> true;
    };
  }
}
