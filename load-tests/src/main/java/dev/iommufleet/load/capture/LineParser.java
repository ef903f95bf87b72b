package dev.iommufleet.load.capture;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads one line in place, without making strings: field names and words are found by their bytes,
 * numbers and bytes decoded where they stand. Fields may come in any order, with any JSON white
 * space. The values of one line are kept here until the next line.
 */
final class LineParser {
  private static final int NO_WORD = -1;

  private final long[] values = new long[Field.ALL.length];
  private final long[] present = new long[Field.ALL.length / Long.SIZE + 1];
  private final ListParser lists = new ListParser();
  private byte[] text;
  private int at;
  private int end;
  private EventType type;
  private byte[] data = new byte[64];
  private int dataLength;

  /** Reads the line in {@code [from, to)}; {@link Symbols#SLACK} bytes may follow it. */
  void parse(byte[] line, int from, int to) throws LineException {
    text = line;
    at = from;
    end = to;
    type = null;
    present[0] = 0;
    present[1] = 0;
    present[2] = 0;
    dataLength = 0;
    expect('{');
    do {
      field();
    } while (more('}'));
    skipSpace();
    if (at != end) {
      throw new LineException("text behind the closing brace");
    }
    check();
  }

  EventType type() {
    return type;
  }

  boolean has(Field field) {
    return (present[field.ordinal() >> 6] >>> field.ordinal() & 1) != 0;
  }

  /** Meaningless when the line does not have the field. */
  long get(Field field) {
    return values[field.ordinal()];
  }

  /**
   * The bytes of {@code data} or {@code entry}, or a text: the first {@link #dataLength()} count.
   */
  byte[] data() {
    return data;
  }

  int dataLength() {
    return dataLength;
  }

  /** Copies what the line says. */
  void fill(Event event) {
    event.start(type, get(Field.SEQ));
    for (Field field : type.fields) {
      if (has(field)) {
        event.put(field, get(field));
      }
    }
    if (dataLength > 0) {
      event.bytes = Arrays.copyOf(data, dataLength);
    }
    if (type == EventType.REGS || type == EventType.ATS_END) {
      event.list = lists.values();
    }
  }

  private void field() throws LineException {
    skipSpace();
    int from = stringStart();
    int to = stringEnd();
    int index = Field.SYMBOLS.find(text, from, to);
    if (index < 0) {
      throw new LineException("unknown field '" + string(from, to) + "'");
    }
    if ((present[index >> 6] >>> index & 1) != 0) {
      throw new LineException("field '" + string(from, to) + "' is there twice");
    }
    present[index >> 6] |= 1L << index;
    skipSpace();
    expect(':');
    skipSpace();
    value(Field.ALL[index]);
  }

  private void value(Field field) throws LineException {
    try {
      values[field.ordinal()] = read(field);
    } catch (LineException e) {
      throw new LineException("field '" + field.key() + "': " + e.getMessage());
    }
  }

  private long read(Field field) throws LineException {
    return switch (field.form) {
      case OPERATION -> operation();
      case NUMBER -> number();
      case HEX -> hexNumber();
      case NUMBER_OR_HEX -> peek() == '"' ? hexNumber() : number();
      case NUMBER_OR_BOOLEAN -> peek() == 't' || peek() == 'f' ? bool() : number();
      case BOOLEAN -> bool();
      case PASID -> peek() == 'n' ? literal("null", 0) : number();
      case WORD -> word();
      case BYTES_OR_HEX -> bytesOrHex();
      case CHANGES -> behind(lists.changes(text, at, end));
      case RESULTS -> behind(lists.results(text, at, end));
      case TEXT -> peek() == 'n' ? literal("null", 0) : text();
      case ANY -> behind(JsonSkipper.skip(text, at, end));
    };
  }

  /** The value is kept elsewhere and ends here. */
  private long behind(int position) {
    at = position;
    return 0;
  }

  private long operation() throws LineException {
    int from = stringStart();
    int to = stringEnd();
    int index = EventType.SYMBOLS.find(text, from, to);
    if (index < 0) {
      throw new LineException("unknown operation '" + string(from, to) + "'");
    }
    type = EventType.ALL[index];
    return index;
  }

  private long word() throws LineException {
    int from = stringStart();
    int to = stringEnd();
    int index = Word.SYMBOLS.find(text, from, to);
    if (index == NO_WORD) {
      throw new LineException("unknown value '" + string(from, to) + "'");
    }
    return index;
  }

  private long number() throws LineException {
    int from = at;
    boolean negative = peek() == '-';
    if (negative) {
      at++;
    }
    long value = 0;
    int first = at;
    int digit;
    while (at < end && (digit = text[at] - '0') >= 0 && digit <= 9) {
      value = value * 10 + digit;
      at++;
    }
    int digits = at - first;
    if (digits == 0 || digits > 18 || digits > 1 && text[first] == '0') {
      at = from;
      throw new LineException("not a plain integer");
    }
    return negative ? -value : value;
  }

  private long hexNumber() throws LineException {
    int from = stringStart();
    int to = stringEnd();
    if (to - from < 3 || text[from] != '0' || text[from + 1] != 'x') {
      throw new LineException("'" + string(from, to) + "' is not of the form 0x…");
    }
    return Hex.number(text, from + 2, to);
  }

  private long bytesOrHex() throws LineException {
    int from = stringStart();
    int to = stringEnd();
    if (to - from > 2 && text[from] == '0' && text[from + 1] == 'x') {
      return Hex.number(text, from + 2, to);
    }
    if (to - from > data.length * 2) {
      data = new byte[to - from];
    }
    dataLength = Hex.bytes(text, from, to, data);
    return 0;
  }

  /** Its bytes, with their escapes, become the line's data. */
  private long text() throws LineException {
    int from = stringStart();
    at = JsonSkipper.skip(text, from - 1, end);
    dataLength = at - 1 - from;
    if (dataLength > data.length) {
      data = new byte[dataLength];
    }
    System.arraycopy(text, from, data, 0, dataLength);
    return 1;
  }

  private long bool() throws LineException {
    return peek() == 't' ? literal("true", 1) : literal("false", 0);
  }

  private long literal(String literal, long value) throws LineException {
    for (int i = 0; i < literal.length(); i++) {
      if (at + i >= end || text[at + i] != literal.charAt(i)) {
        throw new LineException("neither a value of its kind nor " + literal);
      }
    }
    at += literal.length();
    return value;
  }

  private void check() throws LineException {
    if (type == null) {
      throw new LineException("the line has no field 'op'");
    }
    int known = 2;
    for (int i = 0; i < type.fields.length; i++) {
      if (has(type.fields[i])) {
        known++;
      } else if (i < type.required) {
        throw new LineException(type.text() + " without field '" + type.fields[i].key() + "'");
      }
    }
    if (!has(Field.SEQ)) {
      throw new LineException("the line has no field 'seq'");
    }
    if (has(Field.INTERLEAVED)) {
      throw new LineException(
          "an event of another thread (interleaved); such captures cannot be replayed");
    }
    if (known
        != Long.bitCount(present[0]) + Long.bitCount(present[1]) + Long.bitCount(present[2])) {
      for (Field field : Field.ALL) {
        if (has(field) && type.place(field) < 0 && field != Field.SEQ && field != Field.OP) {
          throw new LineException(type.text() + " has no field '" + field.key() + "'");
        }
      }
    }
  }

  // ---- characters --------------------------------------------------------------------------

  private boolean more(char close) throws LineException {
    skipSpace();
    if (peek() == ',') {
      at++;
      return true;
    }
    expect(close);
    return false;
  }

  private void expect(char wanted) throws LineException {
    skipSpace();
    if (peek() != wanted) {
      throw new LineException("'" + wanted + "' expected, not " + shown());
    }
    at++;
  }

  private int peek() {
    return at < end ? text[at] : -1;
  }

  private void skipSpace() {
    while (at < end && text[at] <= ' ' && JsonSkipper.isSpace(text[at])) {
      at++;
    }
  }

  /** Position behind the opening quote. */
  private int stringStart() throws LineException {
    if (peek() != '"') {
      throw new LineException("a string expected, not " + shown());
    }
    return ++at;
  }

  /** Position of the closing quote; {@link #at} moves behind it. */
  private int stringEnd() throws LineException {
    int to = at;
    while (to < end && text[to] != '"') {
      if (text[to] == '\\' || text[to] >= 0 && text[to] < ' ') {
        throw new LineException("an escape or control character in a name of the format");
      }
      to++;
    }
    if (to == end) {
      throw new LineException("a string that is not closed");
    }
    at = to + 1;
    return to;
  }

  private String string(int from, int to) {
    return new String(text, from, Math.min(to - from, 64), StandardCharsets.UTF_8);
  }

  private String shown() {
    return at < end ? "'" + (char) (text[at] & 0xFF) + "'" : "the end of the line";
  }
}
