package dev.iommufleet.hardware.vtd.script;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("descriptors by name")
class QueueWordsTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "cc-global, 0000000000000011, 0",
    "cc-device 10 0 5, 0000001000050031, 0",
    "iotlb-global, 00000000000000d2, 0",
    "iotlb-domain 5, 00000000000500e2, 0",
    "iotlb-page 5 12340000 43, 00000000000500f2, 0000000012340043",
    "piotlb-pasid 5 123, 0000012300050026, 0",
    "piotlb-page 5 123 12340000 43, 0000012300050036, 12340043",
    "pc-domain 5, 0000000000050007, 0",
    "pc-pasid 5 123, 0000012300050017, 0",
    "pc-global, 0000000000000037, 0",
    "devtlb 10 7ffffffffffff001, 00000010001f0003, 7ffffffffffff001",
    "devtlb-pasid 10 123 400ff800, 00000123001001f8, 00000000400ff800",
    "iec-global, 4, 0",
    "iec-index 5 0, 0000000500000014, 0",
    "wait-status 9000 2, 0000000200000025, 9000",
    "wait-drain 9000 2, 00000002000000a5, 9000",
    "response 10 123 7 0, 0000012300100019, 0000000000000038",
    "response 10 123 7 1, 0000012300101019, 0000000000000038"
  })
  @DisplayName("are the words of the published examples")
  void vectors(String text, String low, String high) {
    long[] words = QueueWords.of(text.split(" "));

    assertArrayEquals(new long[] {Numbers.parse(low), Numbers.parse(high), 0, 0}, words);
  }
}
