package dev.iommufleet.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.vtd.Capabilities;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Quirk;
import dev.iommufleet.hardware.vtd.spec.FaultReason;
import dev.iommufleet.hardware.vtd.spec.Register;
import dev.iommufleet.hardware.vtd.spec.RegisterMap;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("gate")
@DisplayName("The tables of capabilities and quirks")
class CapabilityTablesTest {

  @Test
  @DisplayName("docs/quirks.md lists exactly the quirks, in their order, each in five cells")
  void quirks() throws IOException {
    List<String> rows = rows("docs/quirks.md", "^\\| `[A-Z_0-9]+` \\|");

    assertEquals(Stream.of(Quirk.values()).map(Enum::name).toList(), names(rows));
    for (String row : rows) {
      List<String> cells = cells(row);
      assertEquals(5, cells.size(), row);
      assertTrue(cells.stream().noneMatch(String::isBlank), row);
      assertTrue(cells.getLast().matches("–|I\\d+(, I\\d+)*"), row);
    }
  }

  @Test
  @DisplayName("docs/capabilities.md lists exactly the parameters of a configuration")
  void parameters() throws IOException {
    List<String> listed = names(rows("docs/capabilities.md", "^\\| `[a-z]\\w+` \\|"));

    var parameters =
        Stream.of(Capabilities.class, IommuConfig.Options.class)
            .flatMap(type -> Arrays.stream(type.getRecordComponents()))
            .map(RecordComponent::getName);
    assertEquals(Stream.concat(Stream.of("profile", "policy"), parameters).toList(), listed);
  }

  @Test
  @DisplayName("docs/capabilities.md lists exactly the registers, at their offsets")
  void registers() throws IOException {
    List<String> rows = rows("docs/capabilities.md", "^\\| `[A-Z_]+` \\| 0x");

    var expected = RegisterMap.all().stream().map(CapabilityTablesTest::nameAndOffset).toList();
    assertEquals(expected, rows.stream().map(CapabilityTablesTest::firstTwo).toList());
  }

  private static String nameAndOffset(Register register) {
    return "`%s` 0x%03X".formatted(register.name(), register.offset());
  }

  private static String firstTwo(String row) {
    return String.join(" ", cells(row).subList(0, 2));
  }

  @Test
  @DisplayName("docs/capabilities.md lists exactly the fault reasons")
  void reasons() throws IOException {
    List<String> rows = rows("docs/capabilities.md", "^\\| [0-9A-F]{2} \\|");

    var expected =
        Stream.of(FaultReason.values()).map(it -> "%02X %s".formatted(it.code(), it.name()));
    assertEquals(
        expected.toList(),
        rows.stream().map(row -> cells(row).getFirst() + " " + name(row)).toList());
  }

  @Test
  @DisplayName("every state in docs/capabilities.md is supported, refused or unsupported")
  void states() throws IOException {
    var wrong =
        rows("docs/capabilities.md", "^\\| (?!---|.*\\| state \\|$).*").stream()
            .filter(row -> !cells(row).getLast().matches("(supported|refused|unsupported)\\b.*"))
            .toList();

    assertEquals(List.of(), wrong);
  }

  private static List<String> rows(String file, String pattern) throws IOException {
    var expected = Pattern.compile(pattern);
    return Files.readAllLines(Sources.root().resolve(file)).stream()
        .filter(line -> expected.matcher(line).find() && !line.startsWith("|---"))
        .toList();
  }

  private static List<String> cells(String row) {
    return Stream.of(row.substring(1, row.length() - 1).split("\\|")).map(String::strip).toList();
  }

  private static List<String> names(List<String> rows) {
    return rows.stream().map(CapabilityTablesTest::name).toList();
  }

  /** What stands first between backquotes. */
  private static String name(String row) {
    return row.split("`")[1];
  }
}
