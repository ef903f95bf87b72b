package dev.iommufleet.load.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("reading a capture")
class CaptureReaderTest {
  static final String HEADER =
      "{\"seq\":0,\"op\":\"header\",\"format\":\"vtd-capture-1\",\"qemu\":\"11.1.1\"}";
  static final String READ =
      "{\"seq\":1,\"op\":\"mmio_read\",\"addr\":\"0x8\",\"size\":8,\"val\":\"0xd2008c222f0606\"}";
  static final String EOF = "{\"seq\":2,\"op\":\"eof\",\"interleaved_events\":0}";

  @Test
  @DisplayName("a whole capture is read line by line")
  void wholeCapture() throws IOException {
    try (var reader = reader(HEADER, READ, EOF)) {
      assertTrue(reader.next());
      assertEquals(EventType.HEADER, reader.type());
      assertTrue(reader.next());
      assertEquals(EventType.MMIO_READ, reader.type());
      assertEquals(0xd2008c222f0606L, reader.line().get(Field.VAL));
      assertEquals(8, reader.line().get(Field.SIZE));
      assertTrue(reader.next());
      assertFalse(reader.next());
    }
  }

  @Test
  @DisplayName("fields may come in any order, with spaces and escapes as JSON allows them")
  void anyJson() throws IOException {
    var odd =
        " { \"val\" : \"0xd2008c222f0606\" , \"\\u0073ize\":8,\t\"addr\":\"0x8\",\"seq\":1,"
            + "\"op\":\"mmio\\u005fread\" } ";

    try (var reader = reader(HEADER, odd, EOF)) {
      reader.next();
      reader.next();

      assertEquals(EventType.MMIO_READ, reader.type());
      assertEquals(0xd2008c222f0606L, reader.line().get(Field.VAL));
      assertEquals(8, reader.line().get(Field.SIZE));
    }
  }

  @Test
  @DisplayName("bytes are read in memory order, a null PASID is no PASID")
  void bytes() throws IOException {
    var write =
        "{\"seq\":1,\"op\":\"mem_write\",\"kind\":\"wait_status\",\"addr\":\"0xfedcba9876543210\","
            + "\"len\":4,\"data\":\"01abcdef\"}";
    var space = "{\"seq\":2,\"op\":\"as_new\",\"bus\":1,\"devfn\":8,\"pasid\":null}";

    try (var reader = reader(HEADER, write, space)) {
      reader.next();
      reader.next();
      byte[] data = Arrays.copyOf(reader.line().data(), reader.line().dataLength());
      long address = reader.line().get(Field.ADDR);
      reader.next();

      assertEquals(
          "[1, -85, -51, -17]", Arrays.toString(data), "01 ab cd ef in the order of the line");
      assertEquals(0xfedcba9876543210L, address);
      assertEquals(0, reader.line().get(Field.PASID));
    }
  }

  @ParameterizedTest(name = "{1}")
  @DisplayName("a line that is no event is refused with its number")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "not json at all|line 2: '{' expected, not 'n'",
        "{}|line 2: a string expected, not '}'",
        "{\"seq\":1,\"op\":\"reset\"} x|line 2: text behind the closing brace",
        "{\"seq\":1,\"op\":\"reset\"|line 2: '}' expected, not the end of the line",
        "{\"seq\":1,\"op\":\"fly\"}|line 2: field 'op': unknown operation 'fly'",
        "{\"seq\":1,\"op\":\"reset\",\"wings\":2}|line 2: unknown field 'wings'",
        "{\"seq\":1,\"op\":\"reset\",\"size\":2}|line 2: reset has no field 'size'",
        "{\"seq\":1,\"op\":\"reset\",\"seq\":1}|line 2: field 'seq' is there twice",
        "{\"seq\":1.0,\"op\":\"reset\"}|line 2: '}' expected, not '.'",
        "{\"seq\":01,\"op\":\"reset\"}|line 2: field 'seq': not a plain integer",
        "{\"op\":\"reset\"}|line 2: the line has no field 'seq'",
        "{\"seq\":1}|line 2: the line has no field 'op'",
        "{\"seq\":1,\"op\":\"mmio_read\",\"addr\":\"0x8\",\"size\":8}"
            + "|line 2: mmio_read without field 'val'",
        "{\"seq\":1,\"op\":\"mmio_read\",\"addr\":\"8\",\"size\":8,\"val\":\"0x0\"}"
            + "|line 2: field 'addr': '8' is not of the form 0x…",
        "{\"seq\":1,\"op\":\"mmio_read\",\"addr\":\"0xG\",\"size\":8,\"val\":\"0x0\"}"
            + "|line 2: field 'addr': a byte that is no hexadecimal digit (0-9, a-f)",
        "{\"seq\":1,\"op\":\"pasid_cache_sync\",\"type\":\"odd\",\"did\":0,\"pasid\":0}"
            + "|line 2: field 'type': unknown value 'odd'",
        "{\"seq\":1,\"op\":\"reset\",\"interleaved\":true}"
            + "|line 2: an event of another thread (interleaved); such captures cannot be replayed",
      })
  void garbage(String line, String message) {
    var error = assertThrows(CaptureException.class, () -> readAll(HEADER, line, EOF));

    assertEquals(message, error.getMessage());
    assertEquals(2, error.line());
  }

  @Test
  @DisplayName("bytes of a wrong digit count or wrong digits are refused")
  void wrongBytes() {
    var start = "{\"seq\":1,\"op\":\"guest_write\",\"addr\":\"0x0\",\"len\":8,\"data\":\"";

    for (String digits : List.of("012", "0123456789abcdeF", "01234567 89abcde", "01/3", "0g")) {
      var error =
          assertThrows(
              CaptureException.class, () -> readAll(HEADER, start + digits + "\"}", EOF), digits);
      assertEquals(2, error.line());
    }
  }

  @Test
  @DisplayName("a hole in the sequence is refused at the line behind it")
  void hole() {
    var error =
        assertThrows(CaptureException.class, () -> readAll(HEADER, READ, EOF.replace("2", "3")));

    assertEquals(
        "line 3: seq is 3 where 2 follows: lines are missing or mixed", error.getMessage());
  }

  @Test
  @DisplayName("a capture starts with the header of its format")
  void header() {
    var other = HEADER.replace("capture-1", "capture-9");

    var missing =
        assertThrows(CaptureException.class, () -> readAll("{\"seq\":0,\"op\":\"cc_reset\"}"));
    var unknown = assertThrows(CaptureException.class, () -> readAll(other));
    var empty = assertThrows(CaptureException.class, () -> readAll());

    assertEquals(
        "line 1: the first line is cc_reset, not the header of a capture", missing.getMessage());
    assertEquals(
        "line 1: the header does not say format vtd-capture-1, the only one that is known",
        unknown.getMessage());
    assertEquals("line 1: the file is empty", empty.getMessage());
  }

  @Test
  @DisplayName("a capture that ends before its eof line is refused")
  void endsEarly() {
    var error = assertThrows(CaptureException.class, () -> readAll(HEADER, READ));

    assertEquals(
        "line 2: the capture ends here without an eof or truncated line", error.getMessage());
  }

  @Test
  @DisplayName("a file that stops inside a line is refused at that line")
  void endsInLine() {
    byte[] bytes = (HEADER + "\n" + READ.substring(0, 20)).getBytes(UTF_8);

    var error =
        assertThrows(CaptureException.class, () -> readAll(new ByteArrayInputStream(bytes)));

    assertEquals("line 2: the file ends in the middle of this line", error.getMessage());
  }

  @Test
  @DisplayName("compressed data that is cut off or damaged is refused with the line reached")
  void cutGzip() throws IOException {
    byte[] whole = gzip(manyLines());
    byte[] cut = Arrays.copyOf(whole, whole.length / 2);
    byte[] damaged = whole.clone();
    damaged[whole.length - 6] ^= 1; // In the checksum.

    var ofCut = assertThrows(CaptureException.class, () -> readAll(stream(cut)));
    var ofDamaged = assertThrows(CaptureException.class, () -> readAll(stream(damaged)));
    var ofHeader =
        assertThrows(CaptureException.class, () -> readAll(stream(Arrays.copyOf(whole, 5))));

    assertTrue(ofCut.getMessage().contains("damaged or cut off"), ofCut.getMessage());
    assertTrue(ofCut.line() > 1 && ofCut.line() < 40_000, ofCut.getMessage());
    assertTrue(ofDamaged.getMessage().contains("damaged or cut off"), ofDamaged.getMessage());
    assertEquals(1, ofHeader.line());
  }

  @Test
  @DisplayName("nothing may follow the end of a capture")
  void behindTheEnd() {
    var more = "{\"seq\":3,\"op\":\"reset\"}";

    var error = assertThrows(CaptureException.class, () -> readAll(HEADER, READ, EOF, more));

    assertEquals("line 4: a line behind the end of the capture", error.getMessage());
  }

  @Test
  @DisplayName("a line that never ends is refused before it fills memory")
  void endlessLine() {
    var line = "{\"seq\":1,\"op\":\"" + "x".repeat(3 << 20) + "\"}";

    var error = assertThrows(CaptureException.class, () -> readAll(HEADER, line));

    assertEquals(
        "line 2: the line is longer than 1048576 bytes; it is no capture", error.getMessage());
  }

  @Test
  @DisplayName("a capture longer than the buffer is read whole")
  void longCapture() throws IOException {
    assertEquals(40_002, readAll(stream(gzip(manyLines()))));
  }

  private static List<String> manyLines() {
    var lines = new ArrayList<String>(List.of(HEADER));
    for (int seq = 1; seq <= 40_000; seq++) {
      lines.add(READ.replace("0606", "0" + seq % 7 + "06").replace("\"seq\":1", "\"seq\":" + seq));
    }
    lines.add("{\"seq\":40001,\"op\":\"eof\",\"interleaved_events\":0}");
    return lines;
  }

  static byte[] gzip(List<String> lines) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      for (String line : lines) {
        gzip.write((line + "\n").getBytes(UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  private static CaptureReader reader(String... lines) throws IOException {
    return new CaptureReader(stream(gzip(List.of(lines))));
  }

  private static ByteArrayInputStream stream(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  private static long readAll(String... lines) throws IOException {
    return readAll(stream(gzip(List.of(lines))));
  }

  private static long readAll(ByteArrayInputStream file) throws IOException {
    long count = 0;
    try (var reader = new CaptureReader(file)) {
      while (reader.next()) {
        count++;
      }
    }
    return count;
  }
}
