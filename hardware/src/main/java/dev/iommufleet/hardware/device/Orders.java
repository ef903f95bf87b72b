package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.device.DeviceOperation.CompletionFault;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the device was told to do wrong. */
final class Orders {
  private static final long TAG_COMPLETIONS = 75;
  private static final long TAG_WITHHELD = 76;
  private static final long TAG_RESPONSES = 77;

  /** The completion of a command that does not come, or comes when released. */
  record Withheld(int itag, boolean late) {}

  private CompletionFault fault = CompletionFault.NEVER;
  private int completions;
  private int responses;
  private final Map<Long, Withheld> withheld = new LinkedHashMap<>();
  private long hash;

  long hash() {
    return hash;
  }

  CompletionFault fault() {
    return fault;
  }

  /** How many completions more go wrong so. */
  int completions() {
    return completions;
  }

  /** How many responses more get lost. */
  int responses() {
    return responses;
  }

  /** By command, oldest first. */
  Map<Long, Withheld> withheld() {
    return new LinkedHashMap<>(withheld);
  }

  boolean isWithheld(long id) {
    return withheld.containsKey(id);
  }

  // ---- changes; each is the effect of one fact ----

  void failCompletions(CompletionFault newFault, int n) {
    hash -= completionsTerm();
    fault = newFault;
    completions = n;
    hash += completionsTerm();
  }

  private long completionsTerm() {
    return completions == 0 ? 0 : StateHash.mix(TAG_COMPLETIONS, fault.number(), completions);
  }

  void loseResponses(int n) {
    hash -= responsesTerm();
    responses = n;
    hash += responsesTerm();
  }

  private long responsesTerm() {
    return responses == 0 ? 0 : StateHash.mix(TAG_RESPONSES, 0, responses);
  }

  void withhold(long id, Withheld completion) {
    release(id);
    withheld.put(id, completion);
    hash += term(id, completion);
  }

  void release(long id) {
    Withheld released = withheld.remove(id);
    if (released != null) {
      hash -= term(id, released);
    }
  }

  private static long term(long id, Withheld w) {
    return StateHash.mix(TAG_WITHHELD, id, w.itag() << 1 | (w.late() ? 1 : 0));
  }

  void over() {
    withheld().keySet().forEach(this::release);
  }

  void describe(DeviceSink sink) {
    if (completions != 0) {
      sink.accept(new DeviceFact.CompletionsFail(fault, completions));
    }
    withheld.forEach(
        (id, w) -> sink.accept(new DeviceFact.CompletionWithheld(id, w.itag(), w.late())));
    if (responses != 0) {
      sink.accept(new DeviceFact.ResponsesLost(responses));
    }
  }
}
