package dev.iommufleet.load.capture;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The lines of one capture, in order, each exactly once. Nothing is skipped: what is not a whole
 * capture ends in a {@link CaptureException} that names the line.
 */
final class CaptureReader implements AutoCloseable {
  static final String FORMAT = "vtd-capture-1";

  private static final JsonFactory JSON = new JsonFactory();

  private final LineSource source;
  private final LineParser line = new LineParser();
  private long nextSeq;
  private boolean complete;

  CaptureReader(InputStream file) throws IOException {
    source = new LineSource(file);
  }

  /** Moves to the next event; false: the capture is complete. */
  boolean next() throws IOException {
    if (!source.next()) {
      if (!complete) {
        throw error(
            source.line() == 0
                ? "the file is empty"
                : "the capture ends here without an eof or truncated line");
      }
      return false;
    }
    parse();
    check();
    nextSeq++;
    return true;
  }

  /** The present line. */
  LineParser line() {
    return line;
  }

  EventType type() {
    return line.type();
  }

  /** Number of the present line, from 1. */
  long lineNumber() {
    return source.line();
  }

  /** Bytes of the present line. */
  int lineLength() {
    return source.end() - source.start();
  }

  /** The present line's bytes, for the few lines that a JSON library reads. */
  byte[] lineBytes() {
    return Arrays.copyOfRange(source.bytes(), source.start(), source.end());
  }

  CaptureException error(String message) {
    return new CaptureException(Math.max(source.line(), 1), message);
  }

  private void parse() throws IOException {
    byte[] bytes = source.bytes();
    try {
      try {
        line.parse(bytes, source.start(), source.end());
      } catch (LineException e) {
        if (!hasEscape(bytes)) {
          throw e;
        }
        byte[] plain = withoutEscapes();
        line.parse(plain, 0, plain.length - Symbols.SLACK);
      }
    } catch (LineException e) {
      throw error(e.getMessage());
    }
  }

  private void check() throws IOException {
    long seq = line.get(Field.SEQ);
    if (seq != nextSeq) {
      throw error("seq is " + seq + " where " + nextSeq + " follows: lines are missing or mixed");
    }
    EventType type = line.type();
    if ((seq == 0) != (type == EventType.HEADER)) {
      throw error(
          seq == 0
              ? "the first line is " + type.text() + ", not the header of a capture"
              : "a second header");
    }
    if (complete && type != EventType.EOF) {
      throw error("a line behind the end of the capture");
    }
    if (type == EventType.HEADER && !ConfigLine.isHeaderOf(FORMAT, lineBytes())) {
      throw error("the header does not say format " + FORMAT + ", the only one that is known");
    }
    complete = type == EventType.EOF || type == EventType.TRUNCATED;
  }

  private boolean hasEscape(byte[] bytes) {
    for (int i = source.start(); i < source.end(); i++) {
      if (bytes[i] == '\\') {
        return true;
      }
    }
    return false;
  }

  /** The line as JSON says it with every escape resolved that can be. */
  private byte[] withoutEscapes() throws IOException {
    var plain = new ByteArrayOutputStream();
    try (var parser = JSON.createParser(lineBytes());
        var generator = JSON.createGenerator(plain, JsonEncoding.UTF8)) {
      parser.nextToken();
      generator.copyCurrentStructure(parser);
      if (parser.nextToken() != null) {
        throw error("text behind the closing brace");
      }
    } catch (JsonProcessingException e) {
      throw error("not JSON: " + e.getOriginalMessage());
    }
    byte[] bytes = plain.toByteArray();
    return Arrays.copyOf(bytes, bytes.length + Symbols.SLACK);
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
