package dev.iommufleet.simulation.fleet;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The same request id has one effect and one reply. */
final class I10Once extends Checker {
  private final FleetConfig config;

  /** The entry of each request that has one. */
  private final Map<Message.Id, Long> effects = new HashMap<>();

  private final Map<Message.Id, Message.Answer> replies = new HashMap<>();

  /** Sessions of which something that has an entry was acknowledged. */
  private final Set<Long> known = new HashSet<>();

  I10Once(FleetConfig config) {
    super("I10");
    this.config = config;
  }

  @Override
  void see(Seen seen) {
    switch (seen) {
      case Seen.Wrote s -> {
        if (s.entry().cause() instanceof Entry.Cause.Asked asked) {
          wrote(s.entry(), asked);
        }
      }
      case Seen.Got s -> got(s);
      default -> {}
    }
  }

  private void wrote(Entry entry, Entry.Cause.Asked asked) {
    Long before = effects.putIfAbsent(asked.id(), entry.number());
    if (before != null) {
      broken(
          "request %s has entries %d and %d of %s",
          asked.id(), before, entry.number(), config.name(entry.entity()));
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
    known.add((long) answer.id().client() << 32 | answer.id().session());
    var before = replies.putIfAbsent(answer.id(), answer);
    if (before != null && !same(before, answer)) {
      broken(
          "request %s was answered as entry %d of %s and as entry %d",
          answer.id(), before.entry(), config.name(answer.entity()), answer.entry());
    }
  }

  /** A session of which something was acknowledged is known for good. */
  private void refused(Message.Answer answer) {
    long session = (long) answer.id().client() << 32 | answer.id().session();
    boolean retryable = answer.refusal().contains("journal");
    boolean anew = answer.refusal().contains("unknown") && !known.contains(session);
    if (!retryable && !anew) {
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
