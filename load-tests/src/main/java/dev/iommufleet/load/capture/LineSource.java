package dev.iommufleet.load.capture;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Lines of a file, gzip-compressed or not, as byte ranges of one buffer that is used again. */
final class LineSource implements AutoCloseable {
  /** A longer line is refused. */
  static final int MAX_LINE_BYTES = 1 << 20;

  private static final int BUFFER_BYTES = 1 << 18;
  private static final int COMPRESSED_BYTES = 1 << 16;
  private static final long NEWLINES = 0x0A0A_0A0A_0A0A_0A0AL;
  private static final long LOW_BITS = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

  private final InputStream input;
  private byte[] buffer = new byte[BUFFER_BYTES + Symbols.SLACK];
  private int start;
  private int end;
  private int filled;
  private long line;
  private boolean ended;

  LineSource(InputStream file) throws IOException {
    var peek = new PushbackInputStream(file, 2);
    byte[] magic = peek.readNBytes(2);
    peek.unread(magic);
    boolean gzip = magic.length == 2 && magic[0] == 0x1F && magic[1] == (byte) 0x8B;
    input = gzip ? open(peek) : peek;
  }

  private static InputStream open(InputStream file) throws IOException {
    try {
      return new GZIPInputStream(file, COMPRESSED_BYTES);
    } catch (EOFException | ZipException e) {
      throw new CaptureException(1, "the gzip header is damaged (" + e.getMessage() + ")");
    }
  }

  /** Moves to the next line; false: there is none. */
  boolean next() throws IOException {
    start = line == 0 ? 0 : end + 1;
    int from = start;
    while (true) {
      int found = newline(from);
      if (found >= 0) {
        end = found;
        line++;
        return true;
      }
      int scanned = filled - start;
      if (ended) {
        if (scanned > 0) {
          throw new CaptureException(line + 1, "the file ends in the middle of this line");
        }
        return false;
      }
      if (scanned > MAX_LINE_BYTES) {
        throw new CaptureException(
            line + 1, "the line is longer than " + MAX_LINE_BYTES + " bytes; it is no capture");
      }
      fill();
      from = start + scanned;
    }
  }

  /** Position of the first newline in {@code [from, filled)}, or -1. */
  private int newline(int from) {
    int at = from;
    for (; at + Long.BYTES <= filled; at += Long.BYTES) {
      long found = (long) Symbols.LE64.get(buffer, at) ^ NEWLINES;
      long zeros = found - LOW_BITS & ~found & HIGH_BITS;
      if (zeros != 0) {
        return at + (Long.numberOfTrailingZeros(zeros) >>> 3);
      }
    }
    for (; at < filled; at++) {
      if (buffer[at] == '\n') {
        return at;
      }
    }
    return -1;
  }

  private void fill() throws IOException {
    int kept = filled - start;
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, kept);
    } else if (kept + Symbols.SLACK >= buffer.length) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    start = 0;
    filled = kept;
    try {
      int read = input.read(buffer, filled, buffer.length - Symbols.SLACK - filled);
      ended = read < 0;
      filled += Math.max(read, 0);
    } catch (EOFException | ZipException e) {
      throw new CaptureException(
          line + 1, "the compressed data is damaged or cut off here (" + e.getMessage() + ")");
    }
  }

  /** At least {@link Symbols#SLACK} bytes follow the line. */
  byte[] bytes() {
    return buffer;
  }

  int start() {
    return start;
  }

  /** Position of the newline. */
  int end() {
    return end;
  }

  /** Number of the present line, from 1. */
  long line() {
    return line;
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
