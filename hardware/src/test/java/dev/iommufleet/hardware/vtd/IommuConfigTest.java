package dev.iommufleet.hardware.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("configurations")
class IommuConfigTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "legacy 48 bits                | 48 |   |   | 80d2008c222f0606 | f00f4a",
        "legacy 39 bits                | 39 |   |   | 80d2008c22260206 | f00f4a",
        "caching mode                  | 48 | c |   | 80d2008c222f0686 | f00f4a",
        "extended interrupts           | 48 | e |   | 80d2008c222f0606 | f00f5a",
        "scalable, second stage        | 48 | s |   | 80d2008c222f0606 | 480080f00f4a",
        "first stage, caching          | 48 | sfc |  | 81d2008c222f0686 | 880000f00f4a",
        "everything of shared memory   | 48 | sfcdp | 20 | 81d2008c222f0686 | 8d9a20f00f4e",
      })
  @DisplayName("give the capability registers that the reference computes")
  void registers(String name, int width, String letters, Integer pasids, String cap, String ecap) {
    var capabilities = capabilities(width, letters, pasids == null ? 0 : pasids);

    assertEquals(cap, Long.toHexString(capabilities.cap()));
    assertEquals(ecap, Long.toHexString(capabilities.ecap()));
    assertEquals(List.of(), capabilities.conflicts());
  }

  @ParameterizedTest(name = "{3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "40 |   |  0 | addressWidth is 40; 39 and 48 are possible",
        "57 |   |  0 | addressWidth is 57; 39 and 48 are possible",
        "39 | sf | 0 | firstStage needs addressWidth 48, not 39",
        "48 | s | 21 | pasidBits is 21; 0 to 20 are possible",
        "48 | s | -1 | pasidBits is -1; 0 to 20 are possible",
        "48 | f |  0 | firstStage needs scalableMode",
        "48 |   |  8 | pasidBits needs scalableMode",
        "48 | ei |  0 | extendedInterrupts needs interruptRemapping",
        "48 | sfp | 20 | pageRequests needs deviceTlb",
        "48 | sdp | 20 | pageRequests needs firstStage",
        "48 | sfdp | 0 | pageRequests needs pasidBits",
        "48 | sfdpt | 20 | pageRequests needs dmaTranslation",
      })
  @DisplayName("that contradict themselves are refused by name")
  void contradictions(int width, String letters, int pasidBits, String message) {
    var config = IommuConfig.of(Profile.ARCHITECTURE, capabilities(width, letters, pasidBits));

    assertEquals(List.of(new Refusal(Refusal.Code.CONFIG_CONFLICT, message)), config.conflicts());
    assertThrows(IllegalArgumentException.class, () -> new Iommu(config));
  }

  @ParameterizedTest(name = "{3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "QEMU_11_1 | 1024 | 4096 | profile qemu-11.1 has policy emulator only, not STRICT",
        "ARCHITECTURE | 0 | 4096 | iotlbEntries is 0; 1 to 65536 are possible",
        "ARCHITECTURE | 65537 | 4096 | iotlbEntries is 65537; 1 to 65536 are possible",
        "ARCHITECTURE | 1 | 0 | memoryPages is 0; 1 to 4194304 are possible",
        "ARCHITECTURE | 1 | 4194305 | memoryPages is 4194305; 1 to 4194304 are possible",
      })
  @DisplayName("beyond a limit, or with a policy that the profile lacks, are refused by name")
  void limits(Profile profile, int iotlbEntries, int memoryPages, String message) {
    var config =
        new IommuConfig(
            profile,
            InvalidationPolicy.STRICT,
            Capabilities.LEGACY,
            Set.of(),
            new IommuConfig.Limits(iotlbEntries, memoryPages),
            IommuConfig.Options.of(profile));

    assertEquals(List.of(new Refusal(Refusal.Code.CONFIG_CONFLICT, message)), config.conflicts());
  }

  @Test
  @DisplayName("without DMA translation no address width is offered")
  void noTranslation() {
    assertEquals("80d2008c222f0006", Long.toHexString(capabilities(48, "t", 0).cap()));
  }

  /** A letter turns on what its name begins with; t and i turn off. */
  private static Capabilities capabilities(int width, String letters, int pasidBits) {
    String on = letters == null ? "" : letters;
    return new Capabilities(
        width,
        on.contains("c"),
        on.contains("s"),
        on.contains("f"),
        false,
        pasidBits,
        on.contains("p"),
        false,
        true,
        on.contains("d"),
        !on.contains("t"),
        !on.contains("i"),
        on.contains("e"));
  }
}
