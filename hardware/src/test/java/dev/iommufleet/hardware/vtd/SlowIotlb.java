package dev.iommufleet.hardware.vtd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The obvious twin of {@link Iotlb}: a list, oldest first, scanned from end to end. */
final class SlowIotlb {
  final List<Fact.IotlbFilled> entries = new ArrayList<>();

  private final int capacity;
  private final boolean emptiedWhenFull;

  SlowIotlb(int capacity, boolean emptiedWhenFull) {
    this.capacity = capacity;
    this.emptiedWhenFull = emptiedWhenFull;
  }

  Fact.IotlbFilled find(int sourceId, int pasid, long gfn4k) {
    for (int level = 1; level <= 3; level++) {
      for (var e : entries) {
        if (e.level() == level
            && e.sourceId() == sourceId
            && e.pasid() == pasid
            && e.gfn() == gfn4k / frames(level) * frames(level)) {
          return e;
        }
      }
    }
    return null;
  }

  int makeRoom() {
    if (entries.size() < capacity) {
      return 0;
    }
    if (emptiedWhenFull) {
      return remove(_ -> true);
    }
    entries.removeFirst();
    return 0;
  }

  void insert(Fact.IotlbFilled added) {
    remove(
        e ->
            e.sourceId() == added.sourceId()
                && e.pasid() == added.pasid()
                && e.gfn() == added.gfn()
                && e.level() == added.level());
    entries.add(added);
  }

  int remove(Predicate<Fact.IotlbFilled> condition) {
    int before = entries.size();
    entries.removeIf(condition);
    return before - entries.size();
  }

  int invalidatePage(int domainId, long address, int addressMask) {
    return remove(
        e -> e.domainId() == domainId && (e.stage() == 1 || inRange(e, address, addressMask)));
  }

  int invalidatePasidPage(int domainId, int pasid, long address, int addressMask) {
    return remove(
        e ->
            e.domainId() == domainId
                && e.pasid() == pasid
                && e.stage() == 1
                && inRange(e, address, addressMask));
  }

  private static boolean inRange(Fact.IotlbFilled e, long address, int addressMask) {
    long mask = -(1L << addressMask);
    return (e.gfn() & mask) == ((address >>> 12) & mask)
        || e.gfn() == (address & -(frames(e.level()) * 4096)) >>> 12;
  }

  private static long frames(int level) {
    return 1L << 9 * (level - 1);
  }
}
