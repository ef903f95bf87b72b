package dev.iommufleet.load.capture;

/** Finds the end of a JSON value that is read elsewhere. */
final class JsonSkipper {
  private static final int MAX_DEPTH = 16;

  private JsonSkipper() {}

  /** Whether JSON allows the byte between its parts within a line. */
  static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\r';
  }

  /** Position behind the value that starts at {@code from}; its inside is not checked. */
  static int skip(byte[] text, int from, int end) throws LineException {
    int depth = 0;
    boolean quoted = false;
    for (int at = from; at < end; at++) {
      byte b = text[at];
      if (quoted) {
        if (b == '\\') {
          at++;
        } else if (b == '"') {
          quoted = false;
          if (depth == 0) {
            return at + 1;
          }
        }
      } else if (b == '"') {
        quoted = true;
      } else if (b == '{' || b == '[') {
        if (++depth > MAX_DEPTH) {
          throw new LineException("nested deeper than " + MAX_DEPTH);
        }
      } else if (b == '}' || b == ']') {
        if (--depth < 0) {
          return at;
        }
        if (depth == 0) {
          return at + 1;
        }
      } else if (depth == 0 && b == ',') {
        return at;
      }
    }
    throw new LineException("a value that does not end");
  }
}
