package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** The attachment, the numbered commands that were done in it, and attachments that were lost. */
final class Link {
  private static final long TAG_EPOCH = 61;
  private static final long TAG_STATE = 62;
  private static final long TAG_DONE = 63;
  private static final long TAG_RESULT = 64;
  private static final long TAG_LOSS = 65;

  /** Where an attachment leads. */
  record Target(String iommu, int sourceId) {
    long hash() {
      long hash = sourceId;
      for (int i = 0; i < iommu.length(); i++) {
        hash = StateHash.mix(TAG_LOSS, hash, iommu.charAt(i));
      }
      return hash;
    }
  }

  private AttachState state = AttachState.DETACHED;
  private long lastEpoch;
  private Target target;
  private boolean up = true;
  private long lastDone;

  /** Errnos of commands that failed, by id. */
  private final Map<Long, Integer> results = new LinkedHashMap<>();

  /** Attachments that ended without the IOMMU having noted it, by epoch. */
  private final Map<Long, Target> losses = new TreeMap<>();

  private long hash = term();
  private final long atRest = hash;

  long hash() {
    return hash - atRest;
  }

  AttachState state() {
    return state;
  }

  boolean attached() {
    return state != AttachState.DETACHED;
  }

  /** The attachment's, or that of the last one. */
  long epoch() {
    return lastEpoch;
  }

  /** Null: there is no attachment. */
  Target target() {
    return target;
  }

  boolean up() {
    return up;
  }

  long lastDone() {
    return lastDone;
  }

  /** 0, or the negated errno of a command that was done. */
  int result(long id) {
    return results.getOrDefault(id, 0);
  }

  Map<Long, Target> losses() {
    return losses;
  }

  /** Whether a command may be carried out: it concerns the attachment that there is. */
  boolean isCurrent(long epoch) {
    return attached() && epoch == lastEpoch;
  }

  // ---- changes; each is the effect of one fact ----

  private void change(Runnable effect) {
    hash -= term();
    effect.run();
    hash += term();
  }

  private long term() {
    return StateHash.mix(TAG_EPOCH, 0, lastEpoch)
        + StateHash.mix(TAG_STATE, state.number() << 1 | (up ? 1 : 0), targetHash())
        + StateHash.mix(TAG_DONE, 0, lastDone);
  }

  private long targetHash() {
    return target == null ? 0 : target.hash();
  }

  void begin(long epoch, Target newTarget) {
    change(
        () -> {
          lastEpoch = epoch;
          target = newTarget;
          state = AttachState.ATTACHING;
        });
  }

  void enter(AttachState next) {
    change(() -> state = next);
  }

  void over(boolean lost) {
    if (lost) {
      putLoss(lastEpoch, target);
    }
    results.forEach((id, errno) -> hash -= StateHash.mix(TAG_RESULT, id, errno));
    results.clear();
    change(
        () -> {
          state = AttachState.DETACHED;
          target = null;
          lastDone = 0;
        });
  }

  void putLoss(long epoch, Target lost) {
    losses.put(epoch, lost);
    hash += StateHash.mix(TAG_LOSS, epoch, lost.hash());
  }

  void lossSettled(long epoch) {
    Target lost = losses.remove(epoch);
    if (lost != null) {
      hash -= StateHash.mix(TAG_LOSS, epoch, lost.hash());
    }
  }

  void done(long id, int errno) {
    change(() -> lastDone = Math.max(lastDone, id));
    if (errno != 0) {
      if (results.size() >= DeviceLimits.MOST_RESULTS) {
        long oldest = results.keySet().iterator().next();
        hash -= StateHash.mix(TAG_RESULT, oldest, results.remove(oldest));
      }
      results.put(id, errno);
      hash += StateHash.mix(TAG_RESULT, id, errno);
    }
  }

  void setUp(boolean newUp) {
    change(() -> up = newUp);
  }

  void keepEpoch(long epoch) {
    change(() -> lastEpoch = epoch);
  }

  void describe(DeviceSink sink) {
    losses.forEach(
        (epoch, lost) ->
            sink.accept(new DeviceFact.LossKept(epoch, lost.iommu(), lost.sourceId())));
    if (!attached()) {
      sink.accept(new DeviceFact.EpochKept(lastEpoch));
    } else {
      sink.accept(new DeviceFact.AttachStarted(lastEpoch, target.iommu(), target.sourceId()));
      switch (state) {
        case DETACHED, ATTACHING -> {}
        case ATTACHED -> sink.accept(new DeviceFact.AttachAccepted(lastEpoch));
        case DETACHING -> sink.accept(new DeviceFact.DetachStarted(lastEpoch));
      }
    }
    results.forEach((id, errno) -> sink.accept(new DeviceFact.CommandDone(id, errno)));
    if (lastDone != 0 && !results.containsKey(lastDone)) {
      sink.accept(new DeviceFact.CommandDone(lastDone, 0));
    }
    if (!up) {
      sink.accept(new DeviceFact.LinkChanged(false));
    }
  }
}
