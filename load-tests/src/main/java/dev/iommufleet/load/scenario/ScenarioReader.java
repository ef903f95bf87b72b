package dev.iommufleet.load.scenario;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.serialization.JsonNodeReader;
import com.networknt.schema.utils.JsonNodes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads scenarios from YAML, and says in which line what is wrong. */
public final class ScenarioReader {
  private static final String SCHEMA = "/scenarios/scenario.schema.json";
  private static final int LARGEST_BYTES = 1 << 20;

  private static final JsonNode SCHEMA_TREE = tree();

  private final JsonNodeReader reader = JsonNodeReader.builder().locationAware().build();
  private final JsonSchema schema = schema(reader);

  private static JsonSchema schema(JsonNodeReader reader) {
    var factory =
        JsonSchemaFactory.getInstance(VersionFlag.V202012, it -> it.jsonNodeReader(reader));
    return factory.getSchema(schemaText(), InputFormat.JSON);
  }

  private static JsonNode tree() {
    try {
      return new ObjectMapper().readTree(schemaText());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the schema is no JSON", e);
    }
  }

  /** The schema, JSON Schema draft 2020-12. */
  public static String schemaText() {
    return resource(SCHEMA);
  }

  static String resource(String name) {
    try (InputStream in = ScenarioReader.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of {@link ShippedScenarios} by name, or a file. */
  public Scenario find(String nameOrFile) throws ScenarioException {
    if (ShippedScenarios.names().contains(nameOrFile)) {
      return parse(nameOrFile, ShippedScenarios.text(nameOrFile));
    }
    return read(Path.of(nameOrFile));
  }

  public Scenario read(Path file) throws ScenarioException {
    try {
      if (Files.isRegularFile(file) && Files.size(file) > LARGEST_BYTES) {
        throw wrong(file.toString(), "it has %d bytes; 1 MiB go".formatted(Files.size(file)));
      }
      return parse(file.toString(), Files.readString(file));
    } catch (CharacterCodingException e) {
      throw wrong(file.toString(), "it is no text in UTF-8");
    } catch (IOException e) {
      throw wrong(
          file.toString(),
          "it is no file that can be read, and no shipped scenario: those are "
              + String.join(", ", ShippedScenarios.names()));
    }
  }

  private static ScenarioException wrong(String source, String problem) {
    return new ScenarioException(source, List.of(problem));
  }

  /**
   * @param source how messages call it
   */
  public Scenario parse(String source, String text) throws ScenarioException {
    var tree = tree(source, text);
    if (tree == null || !tree.isObject()) {
      throw wrong(source, "line 1: a scenario is a mapping with name, topology, mix and phases");
    }
    Set<ValidationMessage> messages = schema.validate(tree);
    if (!messages.isEmpty()) {
      throw new ScenarioException(source, problems(messages));
    }
    return new ScenarioBuilder(source, text, tree).build();
  }

  private JsonNode tree(String source, String text) throws ScenarioException {
    try {
      return reader.readTree(text, InputFormat.YAML);
    } catch (IOException | IllegalArgumentException e) {
      var cause = e instanceof IllegalArgumentException ? e.getCause() : e;
      if (cause instanceof JsonProcessingException it && it.getLocation() != null) {
        throw wrong(
            source,
            "line %d: this is no YAML: %s"
                .formatted(it.getLocation().getLineNr(), firstLine(it.getOriginalMessage())));
      }
      throw wrong(source, "this is no YAML: " + firstLine(String.valueOf(cause)));
    }
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }

  private static List<String> problems(Set<ValidationMessage> messages) {
    var problems = new ArrayList<String>();
    for (ValidationMessage message : messages) {
      if (!message.getType().equals("oneOf")) {
        problems.add(problem(message));
      }
    }
    return problems.stream().distinct().sorted().toList();
  }

  private static String problem(ValidationMessage message) {
    return "%s%s: %s%s"
        .formatted(
            line(message.getInstanceNode()),
            message.getInstanceLocation(),
            said(message),
            allowed(message));
  }

  static String line(JsonNode node) {
    JsonLocation at = node == null ? null : JsonNodes.tokenLocationOf(node);
    return at == null ? "" : "line %d, ".formatted(at.getLineNr());
  }

  /** Without the location, which stands in front already. */
  private static String said(ValidationMessage message) {
    var text = message.getMessage();
    var prefix = message.getInstanceLocation() + ": ";
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  /** For an unknown name those that there are; else what the schema says of the place. */
  private static String allowed(ValidationMessage message) {
    var pointer = message.getSchemaLocation().getFragment().toString();
    var parent = SCHEMA_TREE.at(pointer.substring(0, Math.max(0, pointer.lastIndexOf('/'))));
    if (message.getType().equals("additionalProperties")) {
      var names = new ArrayList<String>();
      parent.path("properties").fieldNames().forEachRemaining(names::add);
      return "; there are " + String.join(", ", names);
    }
    var described = parent.path("description").asText();
    return described.isEmpty() ? "" : " (" + described + ")";
  }
}
