package dev.iommufleet.actors;

import dev.iommufleet.hardware.vtd.IommuView;
import dev.iommufleet.persistence.journal.EntityIds;
import dev.iommufleet.protocol.api.v1.BusStatus;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import dev.iommufleet.protocol.api.v1.Reply;
import dev.iommufleet.protocol.journal.v1.AttachedPeer;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.PeerMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which attachments belong to devices of the fleet, and where their entities are. Follows from the
 * journal: an attachment is the device's whose message caused it. Others are played by clients.
 */
final class AttachedPeers {
  /** Many times as many as a device may have open. */
  private static final int SETTLED_ASKS = 1_024;

  private final TreeMap<Integer, Peer> bySourceId = new TreeMap<>();

  /** Attachments that are over and whose devices were not told. */
  private final List<Peer> ended = new ArrayList<>(0);

  /** Where a command was posted. */
  record Origin(long sequenceNumber, int index) {}

  /** A device of the fleet; what changes is lost with a restart. */
  static final class Peer {
    final int sourceId;
    final long epoch;
    final String deviceId;

    /** Of commands that are not answered, by id. */
    final Map<Long, Origin> origins = new HashMap<>(2);

    /** Id of the last command that was told. */
    long told;

    /**
     * Questions whose DMA has written or failed, and whether it went well: the same again, which
     * the link may bring, has no effect and gets the same answer.
     */
    private final Map<Long, Boolean> settledAsks = new LinkedHashMap<>(0);

    /** Times that it was told again since it was last heard. */
    int attempts;

    /** Commands whose time-out runs. */
    final Collection<Long> withheld = new ArrayList<>(0);

    private Peer(int sourceId, long epoch, String deviceId) {
      this.sourceId = sourceId;
      this.epoch = epoch;
      this.deviceId = deviceId;
    }

    /** How a question went that may not be executed again; empty: it may. */
    Optional<Boolean> settled(long ask) {
      return Optional.ofNullable(settledAsks.get(ask));
    }

    private void settle(long ask, boolean ok) {
      settledAsks.putIfAbsent(ask, ok);
      if (settledAsks.size() > SETTLED_ASKS) {
        settledAsks.remove(settledAsks.keySet().iterator().next());
      }
    }

    private List<Long> settledAsks(boolean ok) {
      return settledAsks.keySet().stream().filter(ask -> settledAsks.get(ask) == ok).toList();
    }
  }

  /** Null: nobody of the fleet is there. */
  Peer find(int sourceId) {
    return bySourceId.get(sourceId);
  }

  /** Ascending by source id. */
  Collection<Peer> all() {
    return bySourceId.values();
  }

  /** The device of the fleet does not answer, which no hardware does. */
  boolean isSilent(int sourceId) {
    var peer = find(sourceId);
    return peer != null && peer.attempts >= Resending.SILENT_ATTEMPTS;
  }

  /** What the entry, which is part of {@code view}, changed. */
  void apply(long sequenceNumber, Entry entry, IommuView view) {
    var cause = entry.getCause();
    for (var operation : cause.getOperationsList()) {
      if (cause.hasPeer() && operation.hasAttachDevice()) {
        var attach = operation.getAttachDevice();
        add(attach.getSourceId(), attach.getEpoch(), cause.getPeer().getPersistenceId(), view);
      }
    }
    if (bySourceId.isEmpty()) {
      return;
    }
    if (cause.getPeer().getAsk() != 0
        && cause.getOperationsCount() == 1
        && entry.getRepliesCount() == 1) {
      settle(cause.getPeer(), cause.getOperations(0), entry.getReplies(0));
    }
    int index = 0;
    for (var group : entry.getFactsList()) {
      posted(sequenceNumber, index, group);
      index += group.getFactsCount();
    }
    bySourceId.values().removeIf(peer -> !view.isAttached(peer.sourceId, peer.epoch) && end(peer));
  }

  private void add(int sourceId, long epoch, String persistenceId, IommuView view) {
    var known = find(sourceId);
    if (view.isAttached(sourceId, epoch) && (known == null || known.epoch != epoch)) {
      bySourceId.put(sourceId, new Peer(sourceId, epoch, EntityIds.deviceId(persistenceId)));
    }
  }

  /** A question that made an entry. A read that went well may be read again: it needs its data. */
  private void settle(PeerMessage sender, Operation operation, Reply reply) {
    var status = reply.hasDmaDone() ? reply.getDmaDone().getStatus() : reply.getDone().getStatus();
    boolean ok = status == BusStatus.BUS_STATUS_OK;
    boolean wrote = operation.hasWriteMemory() || operation.getDma().hasData();
    boolean access = operation.hasWriteMemory() || operation.hasDma();
    for (var peer : all()) {
      boolean its = !operation.hasDma() || operation.getDma().getSourceId() == peer.sourceId;
      boolean asked = peer.deviceId.equals(EntityIds.deviceId(sender.getPersistenceId()));
      if (access && (wrote || !ok) && its && asked) {
        peer.settle(sender.getAsk(), ok);
      }
    }
  }

  private void posted(long sequenceNumber, int first, OperationFacts group) {
    for (int i = 0; i < group.getFactsCount(); i++) {
      var fact = group.getFacts(i);
      var peer = fact.hasCommandPosted() ? find(fact.getCommandPosted().getSourceId()) : null;
      if (peer != null) {
        peer.origins.put(fact.getCommandPosted().getId(), new Origin(sequenceNumber, first + i));
      }
    }
  }

  private boolean end(Peer peer) {
    return ended.add(peer);
  }

  /** Each is given out once. */
  List<Peer> takeEnded() {
    var taken = List.copyOf(ended);
    ended.clear();
    return taken;
  }

  // ---- snapshots ---------------------------------------------------------------------------

  List<AttachedPeer> describe() {
    return bySourceId.values().stream()
        .map(
            peer ->
                AttachedPeer.newBuilder()
                    .setSourceId(peer.sourceId)
                    .setEpoch(peer.epoch)
                    .setDeviceId(peer.deviceId)
                    .addAllWrittenAsks(peer.settledAsks(true))
                    .addAllFailedAsks(peer.settledAsks(false))
                    .build())
        .toList();
  }

  void restore(List<AttachedPeer> messages) {
    for (var it : messages) {
      var peer = new Peer(it.getSourceId(), it.getEpoch(), it.getDeviceId());
      it.getWrittenAsksList().forEach(ask -> peer.settle(ask, true));
      it.getFailedAsksList().forEach(ask -> peer.settle(ask, false));
      bySourceId.put(it.getSourceId(), peer);
    }
  }
}
