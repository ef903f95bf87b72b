package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.StateHash;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the unit keeps for one (source id, PASID): where its DMA goes, the cached PASID entry, its
 * listeners and what they were told, and the cached context entry (soft).
 */
final class AddressSpace {
  private static final long TAG_SPACE = 3;
  private static final long TAG_NOTIFIER = 4;
  private static final long TAG_PASID_ENTRY = 5;
  private static final long TAG_SHADOW = 6;
  private static final long TAG_SHADOW_TARGET = 7;
  private static final long TAG_CONTEXT = 8;
  private static final int[] NONE = {};

  /** What a listener was told; {@code mask} inclusive. */
  record Mapping(long mask, long address, int permissions) {}

  final int sourceId;

  /** 0 also stands for requests without PASID. */
  final int pasid;

  private boolean translated;
  private boolean passThrough;
  private boolean windowFaults;
  private boolean responseListener;
  private int[] notifiers = NONE;
  private long[] pasidEntry;
  private TreeMap<Long, Mapping> shadow;
  private final AddressSpaces owner;

  private long[] context;
  private long contextGeneration;

  AddressSpace(AddressSpaces owner, int sourceId, int pasid) {
    this.owner = owner;
    this.sourceId = sourceId;
    this.pasid = pasid;
    owner.hash += selectionTerm();
  }

  long key() {
    return key(sourceId, pasid);
  }

  static long key(int sourceId, int pasid) {
    return (long) sourceId << 20 | pasid;
  }

  // ---- selection ----

  boolean translated() {
    return translated;
  }

  boolean passThrough() {
    return passThrough;
  }

  boolean windowFaults() {
    return windowFaults;
  }

  boolean isSelected(boolean nowTranslated, boolean nowPassThrough, boolean nowWindowFaults) {
    return translated == nowTranslated
        && passThrough == nowPassThrough
        && windowFaults == nowWindowFaults;
  }

  void select(boolean nowTranslated, boolean nowPassThrough, boolean nowWindowFaults) {
    owner.hash -= selectionTerm();
    translated = nowTranslated;
    passThrough = nowPassThrough;
    windowFaults = nowWindowFaults;
    owner.hash += selectionTerm();
  }

  boolean hasResponseListener() {
    return responseListener;
  }

  void addResponseListener() {
    owner.hash -= selectionTerm();
    responseListener = true;
    owner.hash += selectionTerm();
  }

  private long selectionTerm() {
    int bits =
        (translated ? 1 : 0)
            | (passThrough ? 2 : 0)
            | (windowFaults ? 4 : 0)
            | (responseListener ? 8 : 0);
    return StateHash.mix(TAG_SPACE, key(), bits);
  }

  // ---- listeners ----

  boolean hasNotifiers() {
    return notifiers.length > 0;
  }

  int[] notifiers() {
    return notifiers;
  }

  boolean hasMapNotifier() {
    return countNotifiers(Notifiers.MAP) > 0;
  }

  int countNotifiers(int flag) {
    int count = 0;
    for (int flags : notifiers) {
      count += (flags & flag) != 0 ? 1 : 0;
    }
    return count;
  }

  void addNotifier(int flags) {
    owner.hash += StateHash.mix(TAG_NOTIFIER, key() << 8 | notifiers.length, flags);
    notifiers = Arrays.copyOf(notifiers, notifiers.length + 1);
    notifiers[notifiers.length - 1] = flags;
  }

  // ---- PASID cache ----

  /** 8 words, or null: nothing is cached. */
  long[] pasidEntry() {
    return pasidEntry;
  }

  void cachePasidEntry(long[] entry) {
    dropPasidEntry();
    pasidEntry = entry.clone();
    owner.hash += pasidEntryTerm();
  }

  void dropPasidEntry() {
    if (pasidEntry != null) {
      owner.hash -= pasidEntryTerm();
      pasidEntry = null;
    }
  }

  private long pasidEntryTerm() {
    long term = 0;
    for (int word = 0; word < pasidEntry.length; word++) {
      term += StateHash.mix(TAG_PASID_ENTRY, key() << 3 | word, pasidEntry[word]);
    }
    return term;
  }

  // ---- shadow mappings; IOVAs are below 2^57, so signed order is right ----

  /** A mapping that overlaps {@code [iova, iova + mask]}, or null. */
  Map.Entry<Long, Mapping> overlapping(long iova, long mask) {
    if (shadow == null) {
      return null;
    }
    var entry = shadow.floorEntry(mask < 0 ? Long.MAX_VALUE : iova + mask);
    return entry != null && entry.getKey() + entry.getValue().mask() >= iova ? entry : null;
  }

  void map(long iova, Mapping mapping) {
    if (shadow == null) {
      shadow = new TreeMap<>();
    }
    var old = shadow.put(iova, mapping);
    owner.hash += shadowTerm(iova, mapping) - (old == null ? 0 : shadowTerm(iova, old));
  }

  /** Forgets every mapping that overlaps. */
  void unmap(long iova, long mask) {
    for (var entry = overlapping(iova, mask); entry != null; entry = overlapping(iova, mask)) {
      owner.hash -= shadowTerm(entry.getKey(), entry.getValue());
      shadow.remove(entry.getKey());
    }
  }

  Map<Long, Mapping> shadow() {
    return shadow == null ? Map.of() : shadow;
  }

  private long shadowTerm(long iova, Mapping mapping) {
    long place = StateHash.mix(TAG_SHADOW, key(), iova);
    return StateHash.mix(TAG_SHADOW, place, mapping.mask() ^ mapping.permissions())
        + StateHash.mix(TAG_SHADOW_TARGET, place, mapping.address());
  }

  // ---- context cache ----

  /** 4 words, or null when nothing of this generation is cached. */
  long[] context(long generation) {
    return contextGeneration == generation ? context : null;
  }

  /** Returns the change of the cache's hash. */
  long cacheContext(long[] entry, long generation) {
    long change = dropContext(generation);
    if (context == null) {
      context = new long[4];
    }
    System.arraycopy(entry, 0, context, 0, 4);
    contextGeneration = generation;
    return change + contextTerm();
  }

  /** Returns the change of the cache's hash. */
  long dropContext(long generation) {
    if (contextGeneration != generation || context == null) {
      return 0;
    }
    contextGeneration = 0;
    return -contextTerm();
  }

  private long contextTerm() {
    long term = 0;
    for (int word = 0; word < 4; word++) {
      term += StateHash.mix(TAG_CONTEXT, key() << 2 | word, context[word]);
    }
    return term;
  }
}
