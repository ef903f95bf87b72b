package dev.iommufleet.load.capture;

import java.util.Arrays;

/** Reads the two fields that hold several numbers: register changes and ATS results. */
final class ListParser {
  private static final int MAX_NUMBERS = 1 << 16;
  private static final Symbols RESULT_KEYS =
      new Symbols("iova", "translated_addr", "addr_mask", "perm");
  private static final int PERM = 3;
  private static final int RESULT_NUMBERS = 4;

  private long[] numbers = new long[64];
  private int count;
  private byte[] text;
  private int at;
  private int end;

  /** A copy of what was read last. */
  long[] values() {
    return Arrays.copyOf(numbers, count);
  }

  /** Reads an object of offset and value; keeps pairs with ascending offset. */
  int changes(byte[] line, int from, int to) throws LineException {
    begin(line, from, to);
    expect('{');
    if (!takes('}')) {
      do {
        long offset = hex();
        expect(':');
        insert(offset, hex());
      } while (takes(','));
      expect('}');
    }
    return at;
  }

  /** Reads an array of ATS results; keeps four numbers for each. */
  int results(byte[] line, int from, int to) throws LineException {
    begin(line, from, to);
    expect('[');
    if (!takes(']')) {
      do {
        result();
      } while (takes(','));
      expect(']');
    }
    return at;
  }

  private void result() throws LineException {
    int base = count;
    room(RESULT_NUMBERS);
    count += RESULT_NUMBERS;
    int seen = 0;
    expect('{');
    do {
      expect('"');
      int from = at;
      int to = stringEnd();
      int key = RESULT_KEYS.find(text, from, to);
      if (key < 0 || (seen >>> key & 1) != 0) {
        throw new LineException("an unknown or repeated field in a result");
      }
      seen |= 1 << key;
      expect(':');
      numbers[base + key] = key == PERM ? number() : hex();
    } while (takes(','));
    expect('}');
    if (seen != 0xF) {
      throw new LineException("a result without one of iova, translated_addr, addr_mask, perm");
    }
  }

  private void begin(byte[] line, int from, int to) {
    text = line;
    at = from;
    end = to;
    count = 0;
  }

  private void insert(long offset, long value) throws LineException {
    room(2);
    int place = count;
    while (place > 0 && numbers[place - 2] > offset) {
      place -= 2;
    }
    if (place > 0 && numbers[place - 2] == offset) {
      throw new LineException("offset 0x" + Long.toHexString(offset) + " is there twice");
    }
    System.arraycopy(numbers, place, numbers, place + 2, count - place);
    numbers[place] = offset;
    numbers[place + 1] = value;
    count += 2;
  }

  private void room(int more) throws LineException {
    if (count + more > MAX_NUMBERS) {
      throw new LineException("more than " + MAX_NUMBERS + " numbers in a list");
    }
    if (count + more > numbers.length) {
      numbers = Arrays.copyOf(numbers, numbers.length * 2);
    }
  }

  private long hex() throws LineException {
    expect('"');
    int from = at;
    int to = stringEnd();
    if (to - from < 3 || text[from] != '0' || text[from + 1] != 'x') {
      throw new LineException("a number that is not of the form 0x…");
    }
    return Hex.number(text, from + 2, to);
  }

  private long number() throws LineException {
    skipSpace();
    long value = 0;
    int first = at;
    while (at < end && text[at] >= '0' && text[at] <= '9' && at - first < 10) {
      value = value * 10 + text[at++] - '0';
    }
    if (at == first) {
      throw new LineException("a plain integer expected");
    }
    return value;
  }

  private int stringEnd() throws LineException {
    int to = at;
    while (to < end && text[to] != '"') {
      to++;
    }
    if (to == end) {
      throw new LineException("a string that is not closed");
    }
    at = to + 1;
    return to;
  }

  private void expect(char wanted) throws LineException {
    if (!takes(wanted)) {
      throw new LineException("'" + wanted + "' expected");
    }
  }

  private boolean takes(char wanted) {
    skipSpace();
    if (at < end && text[at] == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private void skipSpace() {
    while (at < end && JsonSkipper.isSpace(text[at])) {
      at++;
    }
  }
}
