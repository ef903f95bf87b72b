package dev.iommufleet.hardware.vtd.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("fault reasons")
class FaultReasonTest {

  @Test
  @DisplayName("all codes, ascending")
  void codes() {
    assertEquals(
        "1 2 3 4 5 6 7 8 9 a b c d e 20 21 22 23 24 25 26 30 31 32 38 39 3a 40 41 42 43 44 45 46 47"
            + " 48 50 51 52 58 59 5a 5b 5c 5d 70 71 72 73 74 75 76 77 78 79 7a 7b 7c 80 81 82 83 84"
            + " 85 86 87 90 91",
        Arrays.stream(FaultReason.values())
            .map(reason -> Integer.toHexString(reason.code()))
            .collect(Collectors.joining(" ")));
  }

  @ParameterizedTest(name = "{0} {1}")
  @DisplayName("code, name, family")
  @CsvSource({
    "0x01, ROOT_NOT_PRESENT, LEGACY", "0x05, WRITE_DENIED, LEGACY",
    "0x0e, INTERRUPT_ADDRESS, LEGACY", "0x22, INTERRUPT_ENTRY_NOT_PRESENT, INTERRUPT",
    "0x26, SOURCE_NOT_VALID, INTERRUPT", "0x47, PAGE_REQUESTS_DISABLED, SCALABLE",
    "0x5b, PASID_ENTRY_INVALID, SCALABLE", "0x71, FIRST_STAGE_NOT_PRESENT, SCALABLE",
    "0x91, ACCESSED_UPDATE_FAILED, SCALABLE",
  })
  void families(String code, FaultReason reason, FaultReason.Family family) {
    assertEquals(Optional.of(reason), FaultReason.of(Integer.decode(code)));
    assertEquals(family, reason.family());
  }

  @Test
  @DisplayName("no two reasons share a sentence")
  void sentences() {
    var seen = new HashSet<String>();

    for (FaultReason reason : FaultReason.values()) {
      assertTrue(seen.add(reason.sentence()), reason.name());
    }
  }

  @Test
  @DisplayName("a code without a reason is described as such")
  void unknown() {
    assertEquals(Optional.empty(), FaultReason.of(0));
    assertEquals(Optional.empty(), FaultReason.of(0x100));
    assertEquals(Optional.empty(), FaultReason.of(-1));
    assertEquals("0x0F: no such reason", FaultReason.describe(0x0F));
    assertEquals(
        "0x05 WRITE_DENIED: the second stage does not permit the write", FaultReason.describe(5));
  }
}
