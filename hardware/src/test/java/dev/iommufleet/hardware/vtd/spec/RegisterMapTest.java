package dev.iommufleet.hardware.vtd.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.vtd.spec.Register.Access;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("the register map")
class RegisterMapTest {

  /** Offset, size, and the masks: writable (write-only included), write 1 to clear, reads as 0. */
  @ParameterizedTest(name = "{0}")
  @DisplayName("offsets and masks")
  @CsvSource({
    "VER,     000, 4, 0,                0,                0",
    "CAP,     008, 8, 0,                0,                0",
    "ECAP,    010, 8, 0,                0,                0",
    "GCMD,    018, 4, ff800000,         0,                ff800000",
    "GSTS,    01c, 4, 0,                0,                0",
    "RTADDR,  020, 8, fffffffffffffc00, 0,                0",
    "CCMD,    028, 8, e0000003ffffffff, 0,                3ffff0000",
    "FSTS,    034, 4, 0,                11,               0",
    "FECTL,   038, 4, 80000000,         0,                0",
    "FEDATA,  03c, 4, ffff,             0,                0",
    "FEADDR,  040, 4, fffffffc,         0,                0",
    "FEUADDR, 044, 4, 0,                0,                0",
    "PMEN,    064, 4, 0,                0,                0",
    "IQH,     080, 8, 0,                0,                0",
    "IQT,     088, 8, 7fff0,            0,                0",
    "IQA,     090, 8, fffffffffffff807, 0,                0",
    "ICS,     09c, 4, 0,                1,                0",
    "IECTL,   0a0, 4, 80000000,         0,                0",
    "IEDATA,  0a4, 4, ffffffff,         0,                0",
    "IEADDR,  0a8, 4, fffffffc,         0,                0",
    "IEUADDR, 0ac, 4, 0,                0,                0",
    "IQER,    0b0, 8, 0,                0,                0",
    "IRTA,    0b8, 8, fffffffffffff80f, 0,                0",
    "PQH,     0c0, 8, 7ffe0,            0,                0",
    "PQT,     0c8, 8, 7ffe0,            0,                0",
    "PQA,     0d0, 8, fffffffffffff007, 0,                0",
    "PRS,     0dc, 4, 0,                3,                0",
    "PECTL,   0e0, 4, 80000000,         0,                0",
    "PEDATA,  0e4, 4, ffff,             0,                0",
    "PEADDR,  0e8, 4, fffffffc,         0,                0",
    "PEUADDR, 0ec, 4, ffffffff,         0,                0",
    "IVA,     0f0, 8, fffffffffffff07f, 0,                fffffffffffff07f",
    "IOTLB,   0f8, 8, b003ffff00000000, 0,                0",
    "FRCD_LO, 220, 8, 0,                0,                0",
    "FRCD_HI, 228, 8, 0,                8000000000000000, 0",
  })
  void masks(String name, String offset, int bytes, String writable, String clear, String zero) {
    var register = RegisterMap.named(name).orElseThrow();

    assertEquals(Integer.parseInt(offset, 16), register.offset());
    assertEquals(bytes, register.bytes());
    assertEquals(
        writable,
        Long.toHexString(register.mask(Access.READ_WRITE) | register.mask(Access.WRITE_ONLY)));
    assertEquals(clear, Long.toHexString(register.mask(Access.WRITE_1_TO_CLEAR)));
    assertEquals(zero, Long.toHexString(register.mask(Access.WRITE_ONLY)));
  }

  @Test
  @DisplayName("registers neither overlap nor leave the page, fields neither overlap nor leave")
  void noOverlap() {
    int end = 0;
    for (Register register : RegisterMap.all()) {
      assertTrue(register.offset() >= end, register.name());
      end = register.offset() + register.bytes();
      int below = register.bytes() * 8;
      var names = new HashSet<String>();
      for (Register.Field field : register.fields()) {
        assertTrue(field.high() < below && field.low() <= field.high(), register + " " + field);
        assertTrue(names.add(field.name()), register + " " + field);
        below = field.low();
      }
    }
    assertEquals(RegisterMap.BYTES, end);
    assertEquals(35, RegisterMap.all().size());
  }

  @Test
  @DisplayName("the capability register of a 48-bit legacy unit, field by field")
  void capabilities() {
    var cap = RegisterMap.named("cap").orElseThrow();

    var set =
        cap.decode(0x80D2_008C_222F_0606L).stream()
            .filter(value -> value.value() != 0)
            .map(value -> value.field().name() + "=" + value.value())
            .toList();

    assertEquals(
        List.of(
            "ESRTPS=1",
            "DRD=1",
            "DWD=1",
            "MAMV=18",
            "PSI=1",
            "SSLPS=3",
            "FRO=34",
            "MGAW=47",
            "SAGAW=6",
            "ND=6"),
        set);
  }

  @Test
  @DisplayName("the extended capability register with everything on, field by field")
  void extendedCapabilities() {
    var ecap = RegisterMap.named("ECAP").orElseThrow();

    var set =
        ecap.decode(0x8D9A_20F0_0F4EL).stream()
            .filter(value -> value.value() != 0)
            .map(value -> value.field().name() + "=" + value.value())
            .toList();

    assertEquals(
        List.of(
            "FSTS=1", "SMTS=1", "PDS=1", "PASID=1", "PSS=19", "NWFS=1", "PRS=1", "MHMV=15",
            "IRO=15", "PT=1", "IR=1", "DT=1", "QI=1"),
        set);
  }

  @Test
  @DisplayName("a byte finds its register")
  void at() {
    assertEquals("RTADDR", RegisterMap.at(0x24).orElseThrow().name());
    assertEquals("FRCD_HI", RegisterMap.at(0x22F).orElseThrow().name());
    assertEquals(Optional.empty(), RegisterMap.at(0x230));
    assertEquals(Optional.empty(), RegisterMap.at(0x100));
    assertEquals("15:8", RegisterMap.named("FSTS").orElseThrow().fields().getFirst().bits());
  }
}
