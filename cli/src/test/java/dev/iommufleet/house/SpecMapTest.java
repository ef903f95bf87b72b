package dev.iommufleet.house;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.iommufleet.actors.BelievedRules;
import dev.iommufleet.house.SpecMap.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("The map from rules to evidence")
class SpecMapTest {
  private static final Pattern CITATION = Pattern.compile("\\[(" + SpecMap.ID + ")]");

  @Test
  @DisplayName("a row with a bad id, an unknown evidence class or a missing cell is a defect")
  void defectsAreFound() {
    var map =
        SpecMap.parse(
            List.of(
                "| id | rule | evidence | source |",
                "|---|---|---|---|",
                "| REG-6.1 | a rule | code | emulator |",
                "| reg-6 | a rule | code | emulator |",
                "| REG-7 | a rule | rumour | emulator |",
                "| REG-8 | a rule | code |"));

    assertEquals(3, map.rows().size());
    assertEquals(new Row(3, "REG-6.1", "a rule", "code", "emulator"), map.rows().getFirst());
    assertEquals(3, map.defects().size(), () -> map.defects().toString());
  }

  @Test
  @Tag("gate")
  @DisplayName("docs/spec-map.md has no defect and names each rule once")
  void mapIsSound() throws IOException {
    SpecMap map = read();

    assertEquals("", String.join("\n", map.defects()));
    map.rows().stream()
        .collect(groupingBy(Row::id))
        .forEach((id, rows) -> assertEquals(1, rows.size(), id + " stands more than once"));
  }

  @Test
  @Tag("gate")
  @DisplayName("every fact that hardware cites is in the map")
  void citationsAreKnown() throws IOException {
    var known = read().rows().stream().map(Row::id).collect(toSet());
    var unknown = new ArrayList<String>();
    int citations = 0;
    for (var source : Sources.all()) {
      if (!source.isIn("hardware/src/main")) {
        continue;
      }
      for (int line = 1; line <= source.lines().size(); line++) {
        var matcher = CITATION.matcher(source.lines().get(line - 1));
        while (matcher.find()) {
          citations++;
          if (!known.contains(matcher.group(1))) {
            unknown.add(source.path() + ":" + line + " cites " + matcher.group());
          }
        }
      }
    }

    assertEquals("", String.join("\n", unknown));
    assertFalse(citations == 0, "no citation was found: has their form changed?");
  }

  @Test
  @Tag("gate")
  @DisplayName("its believed rules are those that an IOMMU can list as used")
  void believedRules() throws IOException {
    var believed =
        read().rows().stream()
            .filter(row -> row.evidence().equals("believed"))
            .map(Row::id)
            .collect(toCollection(TreeSet::new));

    assertEquals(believed, new TreeSet<>(BelievedRules.all()), "BelievedRules says who uses each");
  }

  private static SpecMap read() throws IOException {
    return SpecMap.parse(Files.readAllLines(Sources.root().resolve("docs/spec-map.md")));
  }
}
