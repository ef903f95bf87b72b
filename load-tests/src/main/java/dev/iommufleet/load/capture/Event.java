package dev.iommufleet.load.capture;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * One line of a capture, or one answer in a line's terms. Mutable and used again.
 *
 * <p>Every value is a long: numbers as they are, booleans 0 or 1, words by ordinal, no PASID 0.
 */
final class Event {
  private static final byte[] NO_BYTES = {};
  private static final long[] NO_LONGS = {};

  /** In {@link #group}: the event has a place in the whole operation. */
  static final long NO_GROUP = -1;

  long seq;
  EventType type;

  /** Events of different groups have no order among each other; a key of {@link AddressSpaces}. */
  long group;

  /** Bytes of {@code data} or {@code entry} in memory order, or a text. */
  byte[] bytes = NO_BYTES;

  /** Register changes as (offset, value), or ATS results as (iova, address, mask, permissions). */
  long[] list = NO_LONGS;

  private long[] values = new long[EventType.USUAL_FIELDS];
  private int present;

  /** Begins an event anew. */
  Event start(EventType type, long seq) {
    this.type = type;
    this.seq = seq;
    if (type.fields.length > values.length) {
      values = new long[type.fields.length];
    }
    present = 0;
    group = NO_GROUP;
    bytes = NO_BYTES;
    list = NO_LONGS;
    return this;
  }

  /** Becomes the same as the other. */
  void copy(Event other) {
    start(other.type, other.seq);
    group = other.group;
    bytes = other.bytes;
    list = other.list;
    present = other.present;
    System.arraycopy(other.values, 0, values, 0, Math.min(values.length, other.values.length));
  }

  Event put(Field field, long value) {
    int place = type.place(field);
    values[place] = value;
    present |= 1 << place;
    return this;
  }

  Event put(Field field, boolean value) {
    return put(field, value ? 1 : 0);
  }

  Event put(Field field, Word value) {
    return put(field, value.ordinal());
  }

  Event put(Field field, byte[] value) {
    bytes = value;
    return put(field, 0);
  }

  /** Null: the line says that there is no text. */
  Event put(Field field, String text) {
    if (text != null) {
      bytes = text.getBytes(StandardCharsets.UTF_8);
    }
    return put(field, text == null ? 0 : 1);
  }

  /** The text that the event holds. */
  String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  Event put(Field field, long[] value) {
    list = value;
    return put(field, 0);
  }

  boolean has(Field field) {
    int place = type.place(field);
    return place >= 0 && (present >>> place & 1) != 0;
  }

  /** 0 when the field is absent. */
  long get(Field field) {
    int place = type.place(field);
    return (present >>> place & 1) == 0 ? 0 : values[place];
  }

  int getInt(Field field) {
    return (int) get(field);
  }

  boolean is(Field field) {
    return get(field) != 0;
  }

  Word word(Field field) {
    return Word.VALUES[getInt(field)];
  }

  /** Whether the other event has every field that this one has, with the same value. */
  boolean sameIn(Event other) {
    if (type != other.type || (present & ~other.present) != 0) {
      return false;
    }
    for (int left = present; left != 0; left &= left - 1) {
      int place = Integer.numberOfTrailingZeros(left);
      if (values[place] != other.values[place]) {
        return false;
      }
    }
    return Arrays.equals(bytes, other.bytes) && Arrays.equals(list, other.list);
  }

  void forget(Field field) {
    present &= ~(1 << type.place(field));
  }

  /** For people: the fields as the format writes them, without quotes. */
  String describe() {
    var text = new StringBuilder(type.text());
    for (Field field : type.fields) {
      if (has(field)) {
        text.append(' ').append(field.key()).append('=');
        describe(field, text);
      }
    }
    return text.toString();
  }

  private void describe(Field field, StringBuilder text) {
    long value = get(field);
    switch (field.form) {
      case WORD -> text.append(word(field).text());
      case HEX -> text.append("0x").append(Long.toHexString(value));
      case BOOLEAN -> text.append(value != 0);
      case TEXT -> text.append(value == 0 ? "null" : '\'' + text() + '\'');
      case BYTES_OR_HEX -> {
        if (bytes.length > 0 || field == Field.ENTRY) {
          text.append(HexFormat.of().formatHex(bytes));
        } else {
          text.append("0x").append(Long.toHexString(value));
        }
      }
      case CHANGES, RESULTS -> {
        text.append('[');
        for (int i = 0; i < list.length; i++) {
          text.append(i == 0 ? "0x" : " 0x").append(Long.toHexString(list[i]));
        }
        text.append(']');
      }
      case NUMBER, NUMBER_OR_HEX, NUMBER_OR_BOOLEAN, PASID, OPERATION, ANY -> text.append(value);
    }
  }
}
