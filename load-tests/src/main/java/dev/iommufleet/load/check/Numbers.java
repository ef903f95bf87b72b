package dev.iommufleet.load.check;

import dev.iommufleet.protocol.load.v1.Answered;
import dev.iommufleet.protocol.load.v1.EntityKind;
import dev.iommufleet.protocol.load.v1.FinalState;
import java.util.HashMap;
import java.util.Map;

/** The numbers that entities acknowledged last, with their hashes; judges nothing itself. */
final class Numbers extends Checker {
  private static final int REMEMBERED = 32;

  /** An answer that had a number and a hash. */
  record Acknowledged(long number, long hash, String by, long forgotten) {}

  private static final class Last {
    final Acknowledged[] answers = new Acknowledged[REMEMBERED];
    Acknowledged highest;
  }

  private final Map<String, Last> entities = new HashMap<>();

  Numbers() {
    super("", "");
  }

  @Override
  void answered(Call call, Answered answer) {
    note(
        call.key(),
        new Acknowledged(
            answer.getSequenceNumber(), answer.getStateHash(), call.toString(), call.forgotten),
        answer.hasStateHash());
  }

  private void note(String key, Acknowledged it, boolean hasHash) {
    if (it.number == 0) {
      return;
    }
    var last = entities.computeIfAbsent(key, _ -> new Last());
    if (last.highest == null || it.number >= last.highest.number) {
      last.highest = it;
    }
    int slot = (int) (it.number % REMEMBERED);
    if (hasHash && (last.answers[slot] == null || last.answers[slot].number != it.number)) {
      last.answers[slot] = it;
    }
  }

  static String key(FinalState state) {
    return state.getEntityKind() == EntityKind.ENTITY_KIND_DEVICE
        ? "device " + state.getEntity()
        : state.getEntity();
  }

  /** The first answer with this number; null: there was none, or it is too long ago. */
  Acknowledged at(String key, long number) {
    var last = entities.get(key);
    var it = last == null ? null : last.answers[(int) (number % REMEMBERED)];
    return it != null && it.number == number ? it : null;
  }

  /** Null: there was none. */
  Acknowledged highest(String key) {
    var last = entities.get(key);
    return last == null ? null : last.highest;
  }
}
