package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;
import java.util.List;
import java.util.TreeMap;

/** The DMAs that run. */
final class Dmas {
  private static final long TAG_COUNTERS = 72;

  private final TreeMap<Long, Dma> running = new TreeMap<>();
  private long lastDma;
  private long lastAsk;
  private long hash;

  long hash() {
    return hash + StateHash.mix(TAG_COUNTERS, lastDma, lastAsk) - StateHash.mix(TAG_COUNTERS, 0, 0);
  }

  /** Ascending by number. */
  List<Dma> all() {
    return List.copyOf(running.values());
  }

  int count() {
    return running.size();
  }

  Dma find(long id) {
    return running.get(id);
  }

  /** The DMA that asks this; null: none. */
  Dma asking(long ask) {
    for (Dma dma : running.values()) {
      if (dma.asks(ask)) {
        return dma;
      }
    }
    return null;
  }

  long lastDma() {
    return lastDma;
  }

  long lastAsk() {
    return lastAsk;
  }

  // ---- changes; each is the effect of one fact ----

  void put(Dma dma) {
    Dma before = running.put(dma.id(), dma);
    hash += dma.hash() - (before == null ? 0 : before.hash());
    lastDma = Math.max(lastDma, dma.id());
    if (dma.question() != null) {
      lastAsk = Math.max(lastAsk, dma.question().ask());
    }
  }

  void remove(long id) {
    hash -= running.remove(id).hash();
  }

  void counters(long dma, long ask) {
    lastDma = dma;
    lastAsk = ask;
  }

  void describe(DeviceSink sink) {
    for (Dma dma : running.values()) {
      sink.accept(dma.keep());
      if (dma.question() != null) {
        sink.accept(
            new DeviceFact.DmaAsked(dma.id(), dma.question(), dma.translated(), dma.asked()));
        if (dma.aborting()) {
          sink.accept(new DeviceFact.DmaAborting(dma.id()));
        }
      } else if (dma.group() != Dma.NONE) {
        sink.accept(new DeviceFact.DmaFaulted(dma.id(), dma.group()));
      } else if (dma.paused()) {
        sink.accept(new DeviceFact.DmaPaused(dma.id()));
      }
    }
    sink.accept(new DeviceFact.DmaIdsKept(lastDma, lastAsk));
  }
}
