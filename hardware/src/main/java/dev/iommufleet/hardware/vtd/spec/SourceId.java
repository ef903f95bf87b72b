package dev.iommufleet.hardware.vtd.spec;

import java.util.OptionalInt;
import java.util.regex.Pattern;

/** The text of a source id, 16 bits: bus 15:8, device 7:3, function 2:0. */
public final class SourceId {

  /** What {@link #parse} takes, for messages. */
  public static final String FORMS =
      "a source id is written 00:02.0 (bus 00 to ff, device 00 to 1f, function 0 to 7)"
          + " or 0x10 (up to 0xffff)";

  private static final Pattern BUS_DEVICE_FUNCTION =
      Pattern.compile("([0-9a-fA-F]{2}):([01][0-9a-fA-F])\\.([0-7])");
  private static final Pattern NUMBER = Pattern.compile("0[xX]([0-9a-fA-F]{1,4})");

  private SourceId() {}

  /** The source id written {@code 00:02.0} or {@code 0x10}; empty if the text is neither. */
  public static OptionalInt parse(String text) {
    var parts = BUS_DEVICE_FUNCTION.matcher(text);
    if (parts.matches()) {
      int bus = Integer.parseInt(parts.group(1), 16);
      int device = Integer.parseInt(parts.group(2), 16);
      return OptionalInt.of(bus << 8 | device << 3 | Integer.parseInt(parts.group(3)));
    }
    var number = NUMBER.matcher(text);
    return number.matches()
        ? OptionalInt.of(Integer.parseInt(number.group(1), 16))
        : OptionalInt.empty();
  }

  /**
   * Written {@code 00:02.0}.
   *
   * @throws IllegalArgumentException if it has more than 16 bits
   */
  public static String format(int sourceId) {
    Bits.field("sourceId", sourceId, 16, 0);
    return hex(sourceId >>> 8) + ":" + hex(sourceId >>> 3 & 0x1F) + "." + (sourceId & 7);
  }

  private static String hex(int value) {
    return (value < 0x10 ? "0" : "") + Integer.toHexString(value);
  }
}
