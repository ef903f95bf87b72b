package dev.iommufleet.hardware.vtd;

/**
 * Entries that agree in some bits, and are found and removed together.
 *
 * <p>Groups of one table are told apart by these bits alone. Frames are grouped within an address
 * space: the domain for the second stage, domain and PASID for the first; the stage bit keeps the
 * two apart in a table that both use.
 *
 * @param table which of the index's tables holds them, 0 to {@link #TABLES} - 1
 * @param who bits of an entry's <i>who</i> that count
 * @param where bits of an entry's <i>where</i> that count
 */
record IotlbGroup(int table, long who, long where) {
  static final int TABLES = 6;

  private static final long SPACE_2 = IotlbSlots.DOMAIN_ID | IotlbSlots.STAGE;
  private static final long SPACE_1 = SPACE_2 | IotlbSlots.PASID;
  private static final long ALL = -1L;
  private static final long BLOCK = ~0x7FFL; // 512 frames: 9 bits of frame number, 2 of level

  /** What a look-up asks for: at most one entry. */
  static final IotlbGroup KEY = new IotlbGroup(0, IotlbSlots.SOURCE_ID | IotlbSlots.PASID, ALL);

  /** One domain's entries of one stage. */
  static final IotlbGroup DOMAIN = new IotlbGroup(1, SPACE_2, 0);

  /** One domain's entries of one PASID, of both stages. */
  static final IotlbGroup DOMAIN_PASID =
      new IotlbGroup(2, IotlbSlots.DOMAIN_ID | IotlbSlots.PASID, 0);

  /** One function's entries. */
  static final IotlbGroup SOURCE = new IotlbGroup(3, IotlbSlots.SOURCE_ID, 0);

  /** One frame and level in an address space of the first stage. */
  static final IotlbGroup FRAME_1 = new IotlbGroup(4, SPACE_1, ALL);

  /** One frame and level in an address space of the second stage. */
  static final IotlbGroup FRAME_2 = new IotlbGroup(4, SPACE_2, ALL);

  /** 512 aligned frames, all levels, in an address space of the first stage. */
  static final IotlbGroup BLOCK_1 = new IotlbGroup(5, SPACE_1, BLOCK);

  /** 512 aligned frames, all levels, in an address space of the second stage. */
  static final IotlbGroup BLOCK_2 = new IotlbGroup(5, SPACE_2, BLOCK);

  /** Spread over the upper bits. */
  long hash(long entryWho, long entryWhere) {
    long mixed = (entryWho & who) * 0x9E37_79B9_7F4A_7C15L;
    return (mixed ^ mixed >>> 32 ^ entryWhere & where) * 0xD6E8_FEB8_6659_FD93L;
  }

  boolean same(long who1, long where1, long who2, long where2) {
    return ((who1 ^ who2) & who | (where1 ^ where2) & where) == 0;
  }
}
