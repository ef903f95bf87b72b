package dev.iommufleet.hardware.vtd.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.iommufleet.hardware.vtd.spec.DescriptorText.Parsed;
import dev.iommufleet.hardware.vtd.spec.DescriptorText.StatusSlot;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("descriptors as people write them")
class DescriptorTextTest {
  private static final StatusSlot SLOT = new StatusSlot(2, 0x2004);

  @ParameterizedTest(name = "{0}")
  @DisplayName("text to words")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          cc-g                                        | 0000000000000011 | 0
          cc-d 00:02.0 fm=0 did=5                     | 0000001000050031 | 0
          cc-d 0x10                                   | 0000001000000031 | 0
          cc-dom did=5                                | 0000000000050021 | 0
          iotlb-g dr dw                               | 00000000000000d2 | 0
          iotlb-d did=5 dw dr                         | 00000000000500e2 | 0
          iotlb-p did=5 addr=0x12340000 am=3 ih dr dw | 00000000000500f2 | 0000000012340043
          iotlb-p did=5 addr=0x1000                   | 0000000000050032 | 0000000000001000
          dtlb 00:02.0 all qdep=31                    | 00000010001f0003 | 7ffffffffffff001
          dtlb 00:02.0 addr=0x400ff000 s qdep=31      | 00000010001f0003 | 00000000400ff001
          iec-g                                       | 0000000000000004 | 0
          iec index=5 im=0                            | 0000000500000014 | 0
          wait                                        | 0000000200000025 | 0000000000002004
          wait pd                                     | 00000002000000a5 | 0000000000002004
          wait data=3                                 | 0000000300000025 | 0000000000002004
          wait if fn pd data=2 addr=0x1000            | 00000002000000f5 | 0000000000001000
          wait fn                                     | 0000000000000045 | 0
          wait if sw                                  | 0000000200000035 | 0000000000002004
          piotlb did=5 pasid=0x123                    | 0000012300050026 | 0
          piotlb did=5 pasid=291 addr=0x1000 am=18 ih | 0000012300050036 | 0000000000001052
          pc-g                                        | 0000000000000037 | 0
          pc did=5                                    | 0000000000050007 | 0
          pc did=5 pasid=0x123                        | 0000012300050017 | 0
          pdtlb 00:02.0 pasid=0x123 all qdep=31       | 00000123001001f8 | 7ffffffffffff800
          pdtlb 00:02.0 pasid=3 g addr=0x1000         | 0000000300100008 | 0000000000001001
          pgresp 00:02.0 pasid=0x123 prgi=7 code=1    | 0000012300101019 | 0000000000000038
          pgresp 00:02.0 prgi=7                       | 0000000000100009 | 0000000000000038
          raw 0x11                                    | 0000000000000011 | 0
          raw 0xffffffffffffffff 0x1 0 0              | ffffffffffffffff | 0000000000000001
          """)
  void textToWords(String text, String low, String high) {
    var words = DescriptorText.parse(text, SLOT).words();

    assertEquals(low, String.format("%016x", words[0]));
    assertEquals(Long.parseUnsignedLong(high, 16), words[1]);
    assertEquals(0, words[2] | words[3]);
  }

  @ParameterizedTest
  @DisplayName("what is printed parses to itself")
  @ValueSource(
      strings = {
        "cc-g",
        "cc-dom did=5",
        "cc-d 00:02.0 fm=3 did=5",
        "iotlb-g",
        "iotlb-g dr dw",
        "iotlb-d did=65535",
        "iotlb-p did=5 addr=0xfffffffffffff000 am=63 ih dr",
        "dtlb ff:1f.7 all qdep=31",
        "dtlb 00:02.0 addr=0x400ff000 s",
        "dtlb 00:02.0 addr=0x1000",
        "iec-g",
        "iec index=65535 im=31",
        "wait data=2 addr=0x2004",
        "wait if",
        "wait fn",
        "wait if fn pd data=4294967295 addr=0xfffffffffffffffc",
        "piotlb did=5 pasid=3",
        "piotlb did=5 pasid=1048575 addr=0x1000 am=18 ih",
        "pc-g",
        "pc did=5",
        "pc did=5 pasid=0",
        "pdtlb 00:02.0 pasid=3 all",
        "pdtlb 00:02.0 pasid=3 g addr=0x1000 s qdep=1",
        "pgresp 00:02.0 pasid=0 prgi=511 code=15",
        "pgresp 00:02.0 prgi=7 code=0",
      })
  void printedParses(String text) {
    var known = assertInstanceOf(Parsed.Known.class, DescriptorText.parse(text, SLOT));

    assertEquals(text, DescriptorText.format(known.descriptor()));
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("an error says where, what, and what is possible")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
"""
cc-x                                 | 1 | "cc-x" is no descriptor; possible are cc-g, cc-dom, cc-d, iotlb-g, iotlb-d, iotlb-p, dtlb, iec-g, iec, wait, piotlb, pc-g, pc, pdtlb, pgresp, raw
cc-d 00:20.0                         | 2 | a source id is written 00:02.0 (bus 00 to ff, device 00 to 1f, function 0 to 7) or 0x10 (up to 0xffff); form: cc-d SOURCE [fm=N] [did=N]
cc-d                                 | 2 | a source id is written 00:02.0 (bus 00 to ff, device 00 to 1f, function 0 to 7) or 0x10 (up to 0xffff); form: cc-d SOURCE [fm=N] [did=N]
cc-d 00:02.0 fm=4                    | 3 | fm is 4; it has 2 bits, so 0 to 3 is possible
cc-g did=5                           | 2 | "did=5" means nothing here; form: cc-g
iotlb-d ih                           | 2 | "ih" means nothing here; form: iotlb-d did=N [dr] [dw]
iotlb-d                              | 0 | did= is missing; form: iotlb-d did=N [dr] [dw]
iotlb-d did=5 did=5                  | 3 | did= is given twice; once is possible
iotlb-d did=five                     | 2 | did is "five"; a number such as 16 or 0x10 is possible
iotlb-d did=                         | 2 | did is ""; a number such as 16 or 0x10 is possible
iotlb-d did=-1                       | 2 | did is "-1"; a number such as 16 or 0x10 is possible
iotlb-d did=0x10000                  | 2 | did is 0x10000; it has 16 bits, so 0 to 65535 is possible
iotlb-p did=5 addr=0x1800            | 0 | addr is 0x1800; a multiple of 0x1000 is needed
iotlb-p did=5 addr=9999999999999999999 | 3 | addr is 9999999999999999999; write more than 63 bits as 0x…
dtlb 00:02.0                         | 0 | either all, or addr=N with or without s (sized), is needed; form: dtlb SOURCE [addr=N] [qdep=N] [s] [all]
dtlb 00:02.0 all addr=0x1000         | 0 | either all, or addr=N with or without s (sized), is needed; form: dtlb SOURCE [addr=N] [qdep=N] [s] [all]
piotlb did=5 pasid=3 am=1            | 0 | am= and ih need addr=, without it they mean nothing; form: piotlb did=N pasid=N [addr=N] [am=N] [ih]
wait addr=0x1001                     | 0 | addr is 0x1001; a multiple of 0x4 is needed
raw                                  | 0 | raw takes 1 to 4 words of 64 bits, not 0
raw 0x11 zero                        | 3 | word 2 of the descriptor is "zero"; a number such as 16 or 0x10 is possible
""")
  void errors(String text, int word, String message) {
    assertEquals(new Parsed.Refused(word, message), DescriptorText.parse(text, SLOT));
  }

  @Test
  @DisplayName("an empty text is no descriptor")
  void empty() {
    var refused = assertInstanceOf(Parsed.Refused.class, DescriptorText.parse("  ", SLOT));

    assertEquals(1, refused.word());
    assertThrows(IllegalStateException.class, refused::words);
  }

  @Test
  @DisplayName("raw words print as they parse")
  void raw() {
    assertEquals("raw 0xffffffffffffffff 0x1 0x0 0x2", DescriptorText.formatRaw(-1, 1, 0, 2));
    assertEquals(
        new Parsed.Raw(-1, 1, 0, 2), DescriptorText.parse("raw 0xffffffffffffffff 1 0 2", SLOT));
  }

  @ParameterizedTest(name = "{0} is {1}")
  @DisplayName("source ids")
  @CsvSource({
    "00:02.0, 0x10",
    "00:1f.7, 0xff",
    "ff:1f.7, 0xffff",
    "0a:00.1, 0xa01",
    "0x10, 0x10",
    "0XFFFF, 0xffff",
  })
  void sourceIds(String text, String value) {
    int id = Integer.decode(value);

    assertEquals(OptionalInt.of(id), SourceId.parse(text));
    assertEquals(OptionalInt.of(id), SourceId.parse(SourceId.format(id)));
  }

  @ParameterizedTest
  @DisplayName("what is no source id")
  @ValueSource(
      strings = {"", "16", "0x", "0x10000", "00:20.0", "00:02.8", "0:2.0", "0000:00:02.0", "-1"})
  void notSourceIds(String text) {
    assertEquals(OptionalInt.empty(), SourceId.parse(text));
  }

  @Test
  @DisplayName("a source id is printed as bus, device, function")
  void printedSourceId() {
    assertEquals("00:02.0", SourceId.format(0x10));
    assertEquals("fe:1f.7", SourceId.format(0xFEFF));
    assertThrows(IllegalArgumentException.class, () -> SourceId.format(0x10000));
  }
}
