package dev.iommufleet.hardware.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("the IOTLB against a list scanned from end to end")
class IotlbTwinTest {
  private static final int[] PASIDS = {Access.NO_PASID, 0, 1, 0x8_0000, 0xF_FFFF};
  private static final int[] IDS = {0, 1, 0x7FFF, 0xFFFF};
  private static final long[] REGIONS = {0, 0x4_0000, 0x800_0000, 0xF_FFFF_FFF8_0000L};

  private Random random;
  private Iotlb iotlb;
  private SlowIotlb twin;

  @ParameterizedTest(name = "capacity {0}, emptied when full {1}")
  @CsvSource({
    "1, false",
    "1, true",
    "7, false",
    "40, true",
    "64, false",
    "500, false",
    "3000, false"
  })
  @DisplayName("random programs give the same entries in the same order and the same counts")
  void agrees(int capacity, boolean emptiedWhenFull) {
    for (long seed = 1; seed <= 30; seed++) {
      System.out.println("seed " + seed + " capacity " + capacity);
      random = new Random(seed);
      iotlb = new Iotlb(capacity, emptiedWhenFull);
      twin = new SlowIotlb(capacity, emptiedWhenFull);
      for (int step = 0; step < 40; step++) {
        fill(random.nextInt(capacity < 100 ? 20 : capacity / 8));
        invalidate();
        compare();
      }
    }
  }

  private void fill(int count) {
    for (int i = 0; i < count; i++) {
      var entry = entry();
      assertEquals(twin.makeRoom(), iotlb.makeRoom());
      twin.insert(entry);
      iotlb.insert(entry);
    }
  }

  private Fact.IotlbFilled entry() {
    int level = Math.min(3, 1 + random.nextInt(20) / 14 + random.nextInt(20) / 17);
    return new Fact.IotlbFilled(
        id(),
        pasid(),
        frame() & -1L << 9 * (level - 1),
        level,
        id(),
        random.nextLong(),
        random.nextInt(16),
        1 + random.nextInt(2));
  }

  private int id() {
    return IDS[random.nextInt(IDS.length)];
  }

  private int pasid() {
    return PASIDS[random.nextInt(PASIDS.length)];
  }

  /** Dense enough that ranges hit, with frames at every distance. */
  private long frame() {
    return REGIONS[random.nextInt(REGIONS.length)] + random.nextInt(1 << random.nextInt(20));
  }

  private void invalidate() {
    int id = id();
    int pasid = pasid();
    long address = frame() << 12 | random.nextInt(4096);
    int mask = random.nextInt(random.nextBoolean() ? 64 : 20);
    switch (random.nextInt(20)) {
      case 0 -> assertEquals(twin.remove(_ -> true), iotlb.invalidateAll());
      case 1 -> assertEquals(twin.remove(e -> e.domainId() == id), iotlb.invalidateDomain(id));
      case 2, 3 ->
          assertEquals(
              twin.remove(e -> e.domainId() == id && e.pasid() == pasid),
              iotlb.invalidatePasid(id, pasid));
      case 4 -> assertEquals(twin.remove(e -> e.sourceId() == id), iotlb.invalidateSource(id));
      case 5, 6 ->
          assertEquals(
              twin.remove(e -> e.sourceId() == id && e.pasid() == pasid),
              iotlb.invalidateSource(id, pasid));
      case 7, 8, 9, 10, 11, 12 ->
          assertEquals(
              twin.invalidatePage(id, address, mask), iotlb.invalidatePage(id, address, mask));
      default ->
          assertEquals(
              twin.invalidatePasidPage(id, pasid, address, mask),
              iotlb.invalidatePasidPage(id, pasid, address, mask));
    }
  }

  private void compare() {
    assertEquals(twin.entries, entries(iotlb));
    assertEquals(twin.entries.size(), iotlb.size());
    var rebuilt = new Iotlb(iotlb.size() + 1, false);
    twin.entries.reversed().forEach(rebuilt::insert);
    assertEquals(rebuilt.hash(), iotlb.hash());
    for (int i = 0; i < 50; i++) {
      int sourceId = id();
      int pasid = pasid();
      long gfn = frame();
      int slot = iotlb.find(sourceId, pasid, gfn);
      assertEquals(twin.find(sourceId, pasid, gfn), slot < 0 ? null : at(slot));
    }
  }

  private Fact.IotlbFilled at(int slot) {
    return new Fact.IotlbFilled(
        iotlb.sourceId(slot),
        iotlb.pasid(slot),
        iotlb.gfn(slot),
        iotlb.level(slot),
        iotlb.domainId(slot),
        iotlb.pte(slot),
        iotlb.permissions(slot),
        iotlb.stage(slot));
  }

  private static List<Fact.IotlbFilled> entries(Iotlb iotlb) {
    var entries = new ArrayList<Fact.IotlbFilled>();
    iotlb.forEach(entries::add);
    return entries;
  }
}
