package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.device.DeviceFact.DropScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Translations that the device, or the host's IOMMU for it, keeps: the device TLB of an emulated
 * device, the host's IOTLB of a passed-through one. Filled by answers, emptied by invalidations
 * only. Soft. [HOST-9] [TRN-10.1]
 */
final class TranslationCache {
  private static final long TAG = 73;

  /** Page sizes that are looked up, smallest first: 4 KiB, 2 MiB, 1 GiB. */
  private static final long[] MASKS = {0xFFFL, 0x1F_FFFFL, 0x3FFF_FFFFL};

  private record Key(int pasid, long iova, long mask) {}

  private final Map<Key, DeviceFact.TranslationFilled> entries = new LinkedHashMap<>();
  private long hash;

  long hash() {
    return hash;
  }

  int count() {
    return entries.size();
  }

  boolean isFull() {
    return entries.size() >= DeviceLimits.MOST_TRANSLATIONS;
  }

  /** Oldest first. */
  List<DeviceFact.TranslationFilled> all() {
    return List.copyOf(entries.values());
  }

  /** An entry that allows what is wanted; null: none. */
  DeviceFact.TranslationFilled find(int pasid, long address, int wanted) {
    for (long mask : MASKS) {
      var entry = entries.get(new Key(pasid, address & ~mask, mask));
      if (entry != null && (entry.permissions() & wanted) == wanted) {
        return entry;
      }
    }
    return null;
  }

  /** The largest page size looked up that is not larger than that of {@code mask}. */
  static long lookedUp(long mask) {
    long largest = MASKS[0];
    for (long each : MASKS) {
      largest = (mask & each) == each ? each : largest;
    }
    return largest;
  }

  void fill(DeviceFact.TranslationFilled fact) {
    var before = entries.put(new Key(fact.pasid(), fact.iova(), fact.mask()), fact);
    hash += term(fact) - (before == null ? 0 : term(before));
  }

  /** Returns how many entries went. */
  int drop(DropScope scope, int pasid, long address, long size) {
    return remove(selection(scope, pasid, address, size)).size();
  }

  /** How many entries would go. */
  int selected(DropScope scope, int pasid, long address, long size) {
    return (int) entries.values().stream().filter(selection(scope, pasid, address, size)).count();
  }

  private static Predicate<DeviceFact.TranslationFilled> selection(
      DropScope scope, int pasid, long address, long size) {
    return entry -> {
      boolean meant =
          switch (scope) {
            case PASID -> entry.pasid() == pasid;
            case ALL_PASIDS -> entry.pasid() >= 0;
            case EVERYTHING -> true;
          };
      return meant && (size == 0 || overlaps(entry, address, address + size - 1));
    };
  }

  private static boolean overlaps(DeviceFact.TranslationFilled entry, long first, long last) {
    return Long.compareUnsigned(entry.iova(), last) <= 0
        && Long.compareUnsigned(first, entry.iova() | entry.mask()) <= 0;
  }

  private List<DeviceFact.TranslationFilled> remove(
      Predicate<DeviceFact.TranslationFilled> selected) {
    var removed = new ArrayList<DeviceFact.TranslationFilled>();
    entries
        .values()
        .removeIf(
            entry -> {
              boolean goes = selected.test(entry);
              if (goes) {
                removed.add(entry);
                hash -= term(entry);
              }
              return goes;
            });
    return removed;
  }

  void forEach(Consumer<DeviceFact> sink) {
    entries.values().forEach(sink);
  }

  private static long term(DeviceFact.TranslationFilled e) {
    long where = StateHash.mix(TAG, e.pasid(), e.iova());
    return StateHash.mix(TAG, where ^ e.mask(), e.address() | e.permissions());
  }
}
