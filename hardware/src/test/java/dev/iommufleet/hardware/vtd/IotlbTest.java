package dev.iommufleet.hardware.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("IOTLB")
class IotlbTest {
  private static final int DISK = 0x0010;
  private static final int NIC = 0x0018;

  private final Iotlb iotlb = new Iotlb(4, false);

  @Test
  @DisplayName("a look-up sees small pages first, then 2 MiB, then 1 GiB, of its own requester")
  void smallPagesFirst() {
    iotlb.insert(second(DISK, 0x4_0000, 3, 5));
    iotlb.insert(second(DISK, 0x4_0200, 2, 5));
    iotlb.insert(second(DISK, 0x4_0201, 1, 5));

    assertEquals(1, iotlb.level(iotlb.find(DISK, Access.NO_PASID, 0x4_0201)));
    assertEquals(2, iotlb.level(iotlb.find(DISK, Access.NO_PASID, 0x4_0202)));
    assertEquals(3, iotlb.level(iotlb.find(DISK, Access.NO_PASID, 0x4_0400)));
    assertEquals(-1, iotlb.find(DISK, Access.NO_PASID, 0x8_0000));
    assertEquals(-1, iotlb.find(DISK, 0, 0x4_0201));
    assertEquals(-1, iotlb.find(NIC, Access.NO_PASID, 0x4_0201));
  }

  @Test
  @DisplayName("a slot tells all that was inserted, widest values included")
  void tellsAll() {
    var entry = new Fact.IotlbFilled(0xFFFF, 0xF_FFFF, 0xF_FFFF_FFFF_FFFFL, 1, 0xFFFF, -1, 0xF, 2);

    iotlb.insert(entry);

    assertEquals(List.of(entry), entries());
    int slot = iotlb.find(0xFFFF, 0xF_FFFF, 0xF_FFFF_FFFF_FFFFL);
    assertEquals(0xF_FFFF, iotlb.pasid(slot));
    assertEquals(-1, iotlb.pte(slot));
    assertEquals(-1, iotlb.find(0xFFFF, Access.NO_PASID, 0xF_FFFF_FFFF_FFFFL));
  }

  @Test
  @DisplayName("a full IOTLB loses its oldest entry; one inserted again is the newest")
  void losesOldest() {
    for (int gfn = 1; gfn <= 4; gfn++) {
      iotlb.insert(second(DISK, gfn, 1, 5));
    }
    iotlb.insert(second(DISK, 1, 1, 6));

    assertEquals(0, iotlb.makeRoom());
    assertEquals(0, iotlb.makeRoom()); // there is room now
    iotlb.insert(second(DISK, 9, 1, 5));

    assertEquals(List.of(3L, 4L, 1L, 9L), frames());
    assertEquals(6, iotlb.domainId(iotlb.find(DISK, Access.NO_PASID, 1)));
  }

  @Test
  @DisplayName("emptied when full: everything goes, and is counted")
  void emptiedWhenFull() {
    var emptied = new Iotlb(2, true);
    emptied.insert(second(DISK, 1, 1, 5));
    assertEquals(0, emptied.makeRoom());
    emptied.insert(second(DISK, 2, 1, 5));

    assertEquals(2, emptied.makeRoom());

    assertEquals(0, emptied.size());
    assertEquals(0, emptied.hash());
    assertEquals(-1, emptied.find(DISK, Access.NO_PASID, 1));
  }

  @Test
  @DisplayName("a page invalidation takes the range, covering large pages, and all first-stage")
  void pageTakesFirstStageToo() {
    iotlb.insert(second(DISK, 0x200, 2, 5));
    iotlb.insert(second(DISK, 0x208, 1, 5));
    iotlb.insert(first(DISK, 3, 0x9_9999, 5));
    iotlb.insert(second(NIC, 0x208, 1, 6));

    assertEquals(2, iotlb.invalidatePage(5, 0x20_7FFFL, 0)); // 0x207: large page and first stage
    assertEquals(List.of(0x208L, 0x208L), frames());
    assertEquals(0, iotlb.invalidatePage(5, 0x20_7000L, 3)); // 0x200 to 0x207
    assertEquals(1, iotlb.invalidatePage(5, 0x20_F000L, 3)); // 0x208 to 0x20F
    assertEquals(0, iotlb.invalidatePage(5, 0, 63));
    assertEquals(1, iotlb.invalidatePage(6, 0, 63));
  }

  @Test
  @DisplayName("a PASID page invalidation leaves second-stage entries and other PASIDs alone")
  void pasidPageIsFirstStageOnly() {
    iotlb.insert(first(DISK, 3, 0x1234, 5));
    iotlb.insert(first(DISK, 4, 0x1234, 5));
    iotlb.insert(new Fact.IotlbFilled(NIC, 3, 0x1234, 1, 5, 7, 3, 2));

    assertEquals(1, iotlb.invalidatePasidPage(5, 3, 0x123_4000L, 0));
    assertEquals(0, iotlb.invalidatePasidPage(5, 3, 0x123_4000L, 63));
    assertEquals(1, iotlb.invalidatePasid(5, 3));
    assertEquals(1, iotlb.invalidateDomain(5));
  }

  @Test
  @DisplayName("a range of more blocks than are looked up takes what it covers, no more")
  void hugeRange() {
    var large = new Iotlb(2_000, false);
    for (int block = 0; block < 2_000; block++) {
      large.insert(second(DISK, block * 0x200L + 7, 1, 5));
    }

    assertEquals(1_024, large.invalidatePage(5, 0x1234L, 19)); // 2^19 frames, 2^10 blocks
    assertEquals(976, large.size());
    assertEquals(512, large.invalidatePage(5, 0x8_0000L << 12, 18));
    assertEquals(464, large.invalidatePage(5, 0, 52));
  }

  @Test
  @DisplayName("a function's entries go together, or those of one PASID")
  void sourceSelective() {
    iotlb.insert(first(DISK, 3, 1, 5));
    iotlb.insert(first(DISK, 4, 1, 6));
    iotlb.insert(first(NIC, 3, 1, 5));

    assertEquals(1, iotlb.invalidateSource(DISK, 4));
    assertEquals(0, iotlb.invalidateSource(NIC, 4));
    assertEquals(1, iotlb.invalidateSource(DISK));
    assertEquals(1, iotlb.invalidateAll());
  }

  @Test
  @DisplayName("the hash tells domain, stage, permissions and leaf apart, not the order")
  void hashOfEntries() {
    var base = new Fact.IotlbFilled(DISK, 3, 0x200, 1, 5, 7, 3, 1);
    var others =
        List.of(
            new Fact.IotlbFilled(NIC, 3, 0x200, 1, 5, 7, 3, 1),
            new Fact.IotlbFilled(DISK, 4, 0x200, 1, 5, 7, 3, 1),
            new Fact.IotlbFilled(DISK, 3, 0x400, 1, 5, 7, 3, 1),
            new Fact.IotlbFilled(DISK, 3, 0x200, 2, 5, 7, 3, 1),
            new Fact.IotlbFilled(DISK, 3, 0x200, 1, 6, 7, 3, 1),
            new Fact.IotlbFilled(DISK, 3, 0x200, 1, 5, 8, 3, 1),
            new Fact.IotlbFilled(DISK, 3, 0x200, 1, 5, 7, 2, 1),
            new Fact.IotlbFilled(DISK, 3, 0x200, 1, 5, 7, 3, 2));
    iotlb.insert(base);

    for (var other : others) {
      var changed = new Iotlb(2, false);
      changed.insert(other);
      assertNotEquals(iotlb.hash(), changed.hash(), other::toString);
    }
    iotlb.insert(others.get(0));
    var reversed = new Iotlb(2, false);
    reversed.insert(others.get(0));
    reversed.insert(base);
    assertEquals(iotlb.hash(), reversed.hash());
  }

  @Test
  @DisplayName("an insert without room, or with a frame that its level cannot have, is our error")
  void refusesNonsense() {
    var small = new Iotlb(1, false);
    small.insert(second(DISK, 1, 1, 5));

    assertThrows(IllegalStateException.class, () -> small.insert(second(DISK, 2, 1, 5)));
    assertThrows(IllegalStateException.class, () -> iotlb.insert(second(DISK, 0x201, 2, 5)));
    assertThrows(IllegalStateException.class, () -> iotlb.insert(second(DISK, 0x200, 3, 5)));
    assertThrows(IllegalStateException.class, () -> iotlb.insert(second(DISK, 0, 4, 5)));
    small.insert(second(DISK, 1, 1, 6));
    assertEquals(1, small.size());
  }

  private static Fact.IotlbFilled second(int sourceId, long gfn, int level, int domainId) {
    return new Fact.IotlbFilled(sourceId, Access.NO_PASID, gfn, level, domainId, gfn << 12, 3, 2);
  }

  private static Fact.IotlbFilled first(int sourceId, int pasid, long gfn, int domainId) {
    return new Fact.IotlbFilled(sourceId, pasid, gfn, 1, domainId, gfn << 12, 3, 1);
  }

  private List<Fact.IotlbFilled> entries() {
    var entries = new ArrayList<Fact.IotlbFilled>();
    iotlb.forEach(entries::add);
    return entries;
  }

  private List<Long> frames() {
    return entries().stream().map(Fact.IotlbFilled::gfn).toList();
  }
}
