package dev.iommufleet.hardware.vtd.spec;

import java.util.List;

/**
 * One register, for display and documentation.
 *
 * @param name as the architecture abbreviates it
 * @param offset in bytes from the start of the register page
 * @param bytes 4 or 8
 * @param fields from the highest bit down; bits between them are reserved
 */
public record Register(String name, int offset, int bytes, String title, List<Field> fields) {

  /** What software may do to a field. */
  public enum Access {
    READ_ONLY,
    READ_WRITE,
    /** Reads as 0. */
    WRITE_ONLY,
    /** Writing 1 clears it. */
    WRITE_1_TO_CLEAR
  }

  /**
   * Bits {@code high} to {@code low} of a register, both included.
   *
   * @param meaning in a few words; codes as {@code 0 legacy, 1 scalable}
   */
  public record Field(String name, int high, int low, Access access, String meaning) {

    public int width() {
      return high - low + 1;
    }

    /** The bits of the register that belong to this field. */
    public long mask() {
      return (width() == 64 ? ~0L : Bits.ones(width())) << low;
    }

    /** This field of a register's value, at bit 0. */
    public long of(long value) {
      return (value & mask()) >>> low;
    }

    /** {@code 31} or {@code 15:8}. */
    public String bits() {
      return high == low ? Integer.toString(high) : high + ":" + low;
    }
  }

  /** A field and what it holds, at bit 0. */
  public record Value(Field field, long value) {}

  public Register {
    fields = List.copyOf(fields);
  }

  /** Every field of a value, from the highest bit down. */
  public List<Value> decode(long value) {
    return fields.stream().map(field -> new Value(field, field.of(value))).toList();
  }

  /** The bits of all fields that software may do this to. */
  public long mask(Access access) {
    return fields.stream()
        .filter(field -> field.access() == access)
        .mapToLong(Field::mask)
        .reduce(0, (a, b) -> a | b);
  }
}
