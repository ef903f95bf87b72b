package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.IommuView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Which device entities are attached; follows from the journal, but for what was told. */
final class Peers {
  private static final int WRITTEN_ASKS = 1_024;

  private final TreeMap<Integer, Peer> bySourceId = new TreeMap<>();
  private final List<Peer> ended = new ArrayList<>(0);

  /** An attachment. */
  static final class Peer {
    final int device;
    final int sourceId;
    final long epoch;

    /** Questions whose DMA has written. */
    final Set<Long> writtenAsks;

    /** Soft: id of the last command that was told. */
    long told;

    /** Soft: times that it was told again since it was heard. */
    int attempts;

    /** Soft: a timer for telling again runs. */
    boolean waits;

    /** Soft: commands whose time-out runs. */
    final Set<Long> withheld = new LinkedHashSet<>(0);

    Peer(int device, int sourceId, long epoch, Set<Long> writtenAsks) {
      this.device = device;
      this.sourceId = sourceId;
      this.epoch = epoch;
      this.writtenAsks = writtenAsks;
    }
  }

  Peers copy() {
    var copy = new Peers();
    for (Peer it : bySourceId.values()) {
      copy.bySourceId.put(
          it.sourceId,
          new Peer(it.device, it.sourceId, it.epoch, new LinkedHashSet<>(it.writtenAsks)));
    }
    return copy;
  }

  /** Null: nobody. */
  Peer find(int sourceId) {
    return bySourceId.get(sourceId);
  }

  Collection<Peer> all() {
    return bySourceId.values();
  }

  /** What an entry changed that is part of {@code view}. */
  void apply(Entry entry, IommuView view) {
    if (entry.cause() instanceof Entry.Cause.Reported reported) {
      for (Entry.Step step : entry.steps()) {
        ((Entry.Step.OfIommu) step).facts().forEach(fact -> attached(fact, reported));
      }
      written(reported);
    }
    bySourceId.values().removeIf(it -> !view.isAttached(it.sourceId, it.epoch) && ended.add(it));
  }

  private void attached(Fact fact, Entry.Cause.Reported by) {
    if (fact instanceof Fact.DeviceAttached f) {
      var known = find(f.sourceId());
      if (known == null || known.epoch != f.epoch()) {
        var peer = new Peer(by.device(), f.sourceId(), f.epoch(), new LinkedHashSet<>(0));
        bySourceId.put(f.sourceId(), peer);
      }
    }
  }

  private void written(Entry.Cause.Reported by) {
    var peer = find(by.sourceId());
    if (peer == null || peer.epoch != by.epoch()) {
      return;
    }
    boolean writes =
        switch (by.report()) {
          case Report.Dma r -> r.data() != null;
          case Report.Access r -> r.data() != null;
          default -> false;
        };
    if (writes) {
      peer.writtenAsks.add(((Report.Question) by.report()).ask());
      if (peer.writtenAsks.size() > WRITTEN_ASKS) {
        peer.writtenAsks.remove(peer.writtenAsks.iterator().next());
      }
    }
  }

  /** Attachments that are over and whose devices were not told; each is given out once. */
  List<Peer> takeEnded() {
    var taken = List.copyOf(ended);
    ended.clear();
    return taken;
  }
}
