package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.Fact;
import java.util.HashMap;
import java.util.Map;

/** The same request id has one effect and one reply. */
final class I10Once extends Checker {
  private final FleetConfig config;

  /** The entry of each request, and of each DMA that wrote. */
  private final Map<Long, Long> effects = new HashMap<>();

  private final Map<Message.Id, Message.Answer> replies = new HashMap<>();

  I10Once(FleetConfig config) {
    super("I10");
    this.config = config;
  }

  @Override
  void see(Seen seen) {
    switch (seen) {
      case Seen.Wrote s -> wrote(s.entry());
      case Seen.Got s -> got(s);
      default -> {}
    }
  }

  private void wrote(Entry entry) {
    switch (entry.cause()) {
      case Entry.Cause.Asked asked ->
          once(key(asked.id().client(), asked.id().sequence()), entry, "request " + asked.id());
      case Entry.Cause.Reported by when by.report() instanceof Report.Question question -> {
        if (writes(entry)) {
          String what = "question %d of %s".formatted(question.ask(), config.name(by.device()));
          once(key(-by.device(), question.ask()), entry, what);
        }
      }
      default -> {}
    }
  }

  private static long key(int who, long what) {
    return (long) who << 40 ^ what;
  }

  /** What guest memory has of a DMA. */
  private static boolean writes(Entry entry) {
    return entry.steps().stream()
        .flatMap(step -> ((Entry.Step.OfIommu) step).facts().stream())
        .anyMatch(fact -> fact instanceof Fact.PayloadWritten);
  }

  private void once(long what, Entry entry, String name) {
    Long before = effects.putIfAbsent(what, entry.number());
    if (before != null) {
      broken(
          "%s has entries %d and %d of %s",
          name, before, entry.number(), config.name(entry.entity()));
    }
  }

  private void got(Seen.Got s) {
    var answer = s.answer();
    if (answer.isRefused()) {
      if (s.wanted()) {
        refused(answer);
      }
      return;
    }
    if (answer.entry() == 0) {
      return; // Nothing of it is kept: once more is another execution.
    }
    var before = replies.putIfAbsent(answer.id(), answer);
    if (before != null && !same(before, answer)) {
      broken(
          "request %s was answered as entry %d of %s and as entry %d",
          answer.id(), before.entry(), config.name(answer.entity()), answer.entry());
    }
  }

  private void refused(Message.Answer answer) {
    boolean retryable = answer.refusal().contains("journal");
    if (!retryable) {
      broken(
          "%s refuses request %s, which nobody answered: %s",
          config.name(answer.entity()), answer.id(), answer.refusal());
    }
  }

  private static boolean same(Message.Answer one, Message.Answer other) {
    return one.entry() == other.entry()
        && one.number() == other.number()
        && one.hash() == other.hash()
        && one.replies().equals(other.replies());
  }
}
