package dev.iommufleet.hardware.vtd.spec;

import static dev.iommufleet.hardware.vtd.spec.Bits.bit;
import static dev.iommufleet.hardware.vtd.spec.Bits.bits;

/** A message-signalled interrupt: the address and data of one write to FEExxxxx. [STR-9.1] */
public final class InterruptMessage {
  private static final long WINDOW = 0xFEE0_0000L;

  private InterruptMessage() {}

  /** Address bits 63:20 are those of the window. */
  public static boolean inWindow(long address) {
    return (address & ~0xF_FFFFL) == WINDOW;
  }

  /** Address bit 4: remappable, not compatibility format. */
  public static boolean remappable(long address) {
    return bit(address, 4);
  }

  /** SHV, address bit 3: the data's subhandle counts. */
  public static boolean subhandleValid(long address) {
    return bit(address, 3);
  }

  /** Handle, 16 bits: address bit 2 is its top bit, bits 19:5 are the others. [STR-9.2] */
  public static int handle(long address) {
    return bits(address, 2, 1) << 15 | bits(address, 5, 15);
  }

  /** Index of the table entry, 16 bits; the sum of handle and subhandle wraps. [STR-9.3] */
  public static int index(long address, int data) {
    int handle = handle(address);
    return subhandleValid(address) ? handle + (data & 0xFFFF) & 0xFFFF : handle;
  }

  /** Whether data bits 31:16 are set although a subhandle is given. [STR-9.4] */
  public static boolean dataReservedSet(long address, int data) {
    return subhandleValid(address) && data >>> 16 != 0;
  }

  /**
   * Address of the message that a remapped entry makes; bits 63:32 carry the upper destination.
   * [STR-9.5]
   *
   * @param low first word of the entry
   * @param original address of the request, whose bits 1:0 stay
   */
  public static long remappedAddress(long low, boolean extended, long original) {
    long destination = InterruptEntry.destination(low, extended) & 0xFFFF_FFFFL;
    return (destination & 0xFFFF_FF00L) << 32
        | WINDOW
        | (destination & 0xFF) << 12
        | bit(InterruptEntry.redirectionHint(low), 3)
        | bit(InterruptEntry.logical(low), 2)
        | original & 3;
  }

  /** Data of the message that a remapped entry makes; the level is always asserted. [STR-9.5] */
  public static int remappedData(long low) {
    return InterruptEntry.vector(low) // 7:0
        | InterruptEntry.deliveryMode(low) << 8 // 10:8
        | 1 << 14
        | (InterruptEntry.levelTriggered(low) ? 1 << 15 : 0);
  }
}
