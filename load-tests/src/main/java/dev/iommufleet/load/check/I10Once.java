package dev.iommufleet.load.check;

import dev.iommufleet.load.history.Digests;
import dev.iommufleet.protocol.load.v1.Answered;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The same request id has one effect and one answer. */
final class I10Once extends Checker {
  private static final int REMEMBERED = 64;

  private record Reply(long number, long hash, long replies, String by, boolean left) {}

  private static final class Window<V> extends LinkedHashMap<String, V> {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
      return size() > REMEMBERED;
    }
  }

  /** By entity and request id. */
  private final Map<String, Window<Reply>> replies = new HashMap<>();

  private final Map<String, Window<Long>> asked = new HashMap<>();
  private long duplicated;

  I10Once() {
    super("I10", "The same request id has one effect and one reply");
  }

  long duplicated() {
    return duplicated;
  }

  private static long operations(Call call) {
    long digest = call.invoked.getOperationsDigest();
    return digest == 0 ? Digests.of(call.invoked.getOperationsList()) : digest;
  }

  @Override
  void invoked(Call call) {
    if (call.id() != null) {
      asked
          .computeIfAbsent(call.key(), _ -> new Window<>())
          .putIfAbsent(call.id(), operations(call));
    }
  }

  @Override
  void answered(Call call, Answered answer) {
    if (call.id() == null) {
      return;
    }
    checked();
    long digest =
        answer.getRepliesDigest() == 0
            ? Digests.of(answer.getRepliesList())
            : answer.getRepliesDigest();
    var now =
        new Reply(
            answer.getSequenceNumber(),
            answer.getStateHash(),
            digest,
            call.toString(),
            answer.getSequenceNumber() > call.floor);
    var before =
        replies.computeIfAbsent(call.key(), _ -> new Window<>()).putIfAbsent(call.id(), now);
    if (before == null) {
      return;
    }
    if (before.number != now.number || before.hash != now.hash) {
      effectTwice(call, before, now);
    } else if (before.replies != now.replies) {
      broken(
          call.key(),
          "request %s has two replies".formatted(call.id()),
          "the first to " + before.by,
          "another to " + now.by);
    }
  }

  /** What left no entry has no memory: once more is another execution. */
  private void effectTwice(Call call, Reply before, Reply now) {
    if (!before.left) {
      return;
    }
    duplicated++;
    broken(
        call.key(),
        "request %s was executed twice".formatted(call.id()),
        "%s was answered at entry %d, hash %016x".formatted(before.by, before.number, before.hash),
        "%s was answered at entry %d, hash %016x".formatted(now.by, now.number, now.hash));
  }

  @Override
  void refused(Call call, String code) {
    if (call.id() == null || !code.equals("REQUEST_ID_REUSED")) {
      return;
    }
    checked();
    var first = asked.getOrDefault(call.key(), new Window<>()).get(call.id());
    if (first != null && first == operations(call)) {
      broken(
          call.key(),
          "request %s was refused as reused, with the same operations".formatted(call.id()),
          call.toString());
    }
  }
}
