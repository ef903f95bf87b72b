package dev.iommufleet.cli.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trees of maps, lists, strings, numbers, booleans and nulls, as JSON. */
public final class Json {
  private static final int NESTING = 64;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(NESTING).build())
          .build();

  private Json() {}

  /**
   * An object with its fields in the order given.
   *
   * @param namesAndValues names and values in turn; fields without a value (null) are left out
   */
  public static Map<String, Object> object(Object... namesAndValues) {
    var object = new LinkedHashMap<String, Object>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (namesAndValues[i + 1] != null) {
        object.put((String) namesAndValues[i], namesAndValues[i + 1]);
      }
    }
    return object;
  }

  public static String pretty(Object tree) {
    var printer = new DefaultPrettyPrinter();
    printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
    return write(tree, printer);
  }

  public static String compact(Object tree) {
    return write(tree, null);
  }

  private static String write(Object tree, DefaultPrettyPrinter printer) {
    var text = new StringWriter();
    try (var generator = FACTORY.createGenerator(text)) {
      if (printer != null) {
        generator.setPrettyPrinter(printer);
      }
      write(generator, tree);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, Object tree) throws IOException {
    switch (tree) {
      case null -> out.writeNull();
      case Map<?, ?> map -> {
        out.writeStartObject();
        for (var field : map.entrySet()) {
          out.writeFieldName((String) field.getKey());
          write(out, field.getValue());
        }
        out.writeEndObject();
      }
      case Iterable<?> items -> {
        out.writeStartArray();
        for (var item : items) {
          write(out, item);
        }
        out.writeEndArray();
      }
      case String text -> out.writeString(text);
      case Boolean flag -> out.writeBoolean(flag);
      case Integer number -> out.writeNumber(number);
      case Long number -> out.writeNumber(number);
      case Double number -> out.writeNumber(number);
      default -> throw new IllegalStateException("no JSON for a " + tree.getClass().getName());
    }
  }

  /**
   * Reads one JSON value; whole numbers become {@code Long}, larger ones stay text.
   *
   * @throws IllegalArgumentException if it is no JSON; the message says where
   */
  public static Object read(String text) {
    try (var parser = FACTORY.createParser(text)) {
      parser.nextToken();
      var tree = read(parser);
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("more follows the JSON value at " + at(parser));
      }
      return tree;
    } catch (JsonProcessingException e) {
      var where = e.getLocation() == null ? "" : " at " + at(e.getLocation());
      throw new IllegalArgumentException("this is no JSON: " + e.getOriginalMessage() + where, e);
    } catch (IOException e) {
      throw new IllegalArgumentException("this is no JSON: " + e.getMessage(), e);
    }
  }

  private static Object read(JsonParser in) throws IOException {
    var token = in.currentToken();
    if (token == null) {
      throw new IllegalArgumentException("there is no JSON value");
    }
    return switch (token) {
      case START_OBJECT -> readObject(in);
      case START_ARRAY -> readArray(in);
      case VALUE_STRING -> in.getText();
      case VALUE_NUMBER_INT ->
          in.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? in.getText()
              : (Object) in.getLongValue();
      case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IllegalArgumentException("unexpected %s at %s".formatted(token, at(in)));
    };
  }

  private static Map<String, Object> readObject(JsonParser in) throws IOException {
    var object = new LinkedHashMap<String, Object>();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      var name = in.currentName();
      in.nextToken();
      object.put(name, read(in));
    }
    return object;
  }

  private static List<Object> readArray(JsonParser in) throws IOException {
    var array = new ArrayList<Object>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      array.add(read(in));
    }
    return array;
  }

  private static String at(JsonParser in) {
    return at(in.currentLocation());
  }

  private static String at(JsonLocation where) {
    return "line %d, column %d".formatted(where.getLineNr(), where.getColumnNr());
  }
}
