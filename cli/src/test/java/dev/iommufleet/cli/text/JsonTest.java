package dev.iommufleet.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("JSON and numbers")
class JsonTest {

  @Test
  @DisplayName("fields keep their order, and those without a value are left out")
  void objects() {
    assertEquals(
        "{\"b\":1,\"a\":[\"x\",true,2]}",
        Json.compact(Json.object("b", 1, "none", null, "a", List.of("x", true, 2L))));
  }

  @Test
  @DisplayName("what was written is read again")
  void roundTrip() {
    assertEquals(
        Map.of("a", List.of(1L, "t", false), "big", "18446744073709551615"),
        Json.read("{\"a\":[1,\"t\",false],\"big\":18446744073709551615}"));
  }

  @ParameterizedTest
  @DisplayName("what is no JSON is refused, deep nesting too")
  @ValueSource(strings = {"", "{", "[1,]", "{\"a\":1} 2", "nope"})
  void notJson(String text) {
    assertThrows(IllegalArgumentException.class, () -> Json.read(text));
    var deep = "[".repeat(1_000);
    assertThrows(IllegalArgumentException.class, () -> Json.read(deep));
  }

  @Test
  @DisplayName("numbers are decimal or hexadecimal, unsigned, and within their bits")
  void numbers() {
    assertEquals(-1L, Numbers.parse("0xffff_ffff_ffff_ffff", 64));
    assertEquals(4096, Numbers.parse("4096", 16));
    for (var wrong :
        List.of("", "0x", "-1", "+1", "0x1_0000", "65536", "1e3", "0x1ffffffffffffffff")) {
      var refused =
          assertThrows(IllegalArgumentException.class, () -> Numbers.parse(wrong, 16), wrong);
      assertTrue(refused.getMessage().contains("16 bits"), refused.getMessage());
    }
  }
}
