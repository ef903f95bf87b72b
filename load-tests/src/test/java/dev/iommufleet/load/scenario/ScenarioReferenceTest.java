package dev.iommufleet.load.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.iommufleet.load.guest.Behaviour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code -Dreference.write=true} writes both pages anew. */
@DisplayName("the reference of scenarios in docs")
class ScenarioReferenceTest {
  private static final Path DOCS = Path.of("../docs");
  private static final String BEGIN = "<!-- reference: written from the schema by a test -->\n";
  private static final String END = "<!-- end of the reference -->";

  private final JsonNode schema;
  private final List<String> rows = new ArrayList<>();

  ScenarioReferenceTest() throws IOException {
    schema = new ObjectMapper().readTree(ScenarioReader.schemaText());
  }

  @Test
  @DisplayName("says what the schema says")
  void reference() throws IOException {
    rows("", schema);
    var table = "| field | values | what |\n|---|---|---|\n" + String.join("\n", rows) + "\n";
    var file = DOCS.resolve("load.md");
    var page = Files.readString(file);
    int from = page.indexOf(BEGIN) + BEGIN.length();
    int to = page.indexOf(END);
    assertTrue(from >= BEGIN.length() && to >= from, "docs/load.md has lost its marks");
    if (Boolean.getBoolean("reference.write")) {
      Files.writeString(file, page.substring(0, from) + table + page.substring(to));
      return;
    }

    assertEquals(table, page.substring(from, to));
  }

  @Test
  @DisplayName("has the schema beside it")
  void schemaFile() throws IOException {
    var file = DOCS.resolve("scenario.schema.json");
    if (Boolean.getBoolean("reference.write")) {
      Files.writeString(file, ScenarioReader.schemaText());
    }

    assertEquals(ScenarioReader.schemaText(), Files.readString(file));
  }

  @Test
  @DisplayName("names every behaviour and every shipped scenario")
  void names() throws IOException {
    var page = Files.readString(DOCS.resolve("load.md"));

    for (Behaviour behaviour : Behaviour.values()) {
      assertTrue(page.contains("| `" + behaviour.label() + "` |"), behaviour.label());
    }
    for (String name : ShippedScenarios.names()) {
      assertTrue(page.contains("`" + name + "`"), name);
    }
  }

  private void rows(String path, JsonNode node) {
    node.path("properties")
        .properties()
        .forEach(
            it -> {
              var property = resolved(it.getValue());
              var name = path + it.getKey();
              var description = it.getValue().path("description").asText();
              rows.add(
                  "| `%s` | %s | %s |"
                      .formatted(
                          name,
                          values(property),
                          description.isEmpty()
                              ? property.path("description").asText()
                              : description));
              rows(name + ".", property);
              rows(name + "[].", resolved(property.path("items")));
            });
  }

  private JsonNode resolved(JsonNode node) {
    var reference = node.path("$ref").asText();
    return reference.isEmpty() ? node : schema.at(reference.substring(1));
  }

  private static String values(JsonNode property) {
    if (property.has("enum")) {
      var names = new ArrayList<String>();
      property.path("enum").forEach(it -> names.add("`" + it.asText() + "`"));
      return String.join(", ", names);
    }
    if (property.has("minimum") && property.has("maximum")) {
      return "%s to %s".formatted(property.path("minimum"), property.path("maximum"));
    }
    if (property.has("minimum")) {
      return "%s or more".formatted(property.path("minimum"));
    }
    if (property.has("exclusiveMinimum")) {
      return "above %s".formatted(property.path("exclusiveMinimum"));
    }
    boolean duration = property.path("pattern").asText().contains("us|ms");
    return duration ? "a duration" : property.path("type").asText();
  }
}
