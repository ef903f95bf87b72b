package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.link.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Answers that wait for accesses or page requests that are under way. Soft. */
final class DelayedAnswers {
  private static final long TAG = 74;

  private record Waiting(Report answer, Set<Long> dmas, long upTo) {
    long term(long id) {
      long hash = upTo;
      for (long dma : dmas) {
        hash = StateHash.mix(TAG, hash, dma);
      }
      return StateHash.mix(TAG, id, hash);
    }
  }

  private final Map<Long, Waiting> byCommand = new LinkedHashMap<>();
  private long hash;

  long hash() {
    return hash;
  }

  boolean has(long id) {
    return byCommand.containsKey(id);
  }

  boolean isFull() {
    return byCommand.size() >= DeviceLimits.MOST_DELAYED;
  }

  static long id(Report answer) {
    return switch (answer) {
      case Report.Answered a -> a.id();
      case Report.InvalidationCompleted a -> a.id();
      default -> throw new IllegalStateException("No answer to a command: " + answer);
    };
  }

  /** Those that wait for nothing any more, in their order. */
  List<Report> ready(PageGroups requests) {
    var ready = new ArrayList<Report>();
    for (Waiting waiting : byCommand.values()) {
      if (waiting.dmas().isEmpty() && requests.isSettledUpTo(waiting.upTo())) {
        ready.add(waiting.answer());
      }
    }
    return ready;
  }

  // ---- changes; each is the effect of one fact ----

  void put(DeviceFact.AnswerDelayed fact) {
    var dmas = new TreeSet<Long>();
    for (long dma : fact.dmas()) {
      dmas.add(dma);
    }
    long id = id(fact.answer());
    free(id);
    var waiting = new Waiting(fact.answer(), dmas, fact.upTo());
    byCommand.put(id, waiting);
    hash += waiting.term(id);
  }

  void free(long id) {
    Waiting freed = byCommand.remove(id);
    if (freed != null) {
      hash -= freed.term(id);
    }
  }

  /** The access that the DMA was making has ended. */
  void accessEnded(long dma) {
    byCommand.forEach(
        (id, waiting) -> {
          if (waiting.dmas().contains(dma)) {
            hash -= waiting.term(id);
            waiting.dmas().remove(dma);
            hash += waiting.term(id);
          }
        });
  }

  void clear() {
    byCommand.clear();
    hash = 0;
  }

  void describe(DeviceSink sink) {
    for (Waiting waiting : byCommand.values()) {
      long[] dmas = waiting.dmas().stream().mapToLong(Long::longValue).toArray();
      sink.accept(new DeviceFact.AnswerDelayed(waiting.answer(), dmas, waiting.upTo()));
    }
  }
}
