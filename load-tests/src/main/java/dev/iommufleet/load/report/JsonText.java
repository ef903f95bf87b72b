package dev.iommufleet.load.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** Trees of maps, lists and values as JSON that may stand in a page. */
final class JsonText {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonText() {}

  static String of(Object tree) {
    var text = new StringWriter();
    try (var out = FACTORY.createGenerator(text)) {
      write(out, tree);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // Neither the end of a script nor a comment can come of it, nor a place of the template.
    return text.toString().replace("<", "\\u003c").replace("{{", "{\\u007b");
  }

  private static void write(JsonGenerator out, Object tree) throws IOException {
    switch (tree) {
      case null -> out.writeNull();
      case Map<?, ?> map -> {
        out.writeStartObject();
        for (var entry : map.entrySet()) {
          out.writeFieldName(entry.getKey().toString());
          write(out, entry.getValue());
        }
        out.writeEndObject();
      }
      case List<?> list -> {
        out.writeStartArray();
        for (Object it : list) {
          write(out, it);
        }
        out.writeEndArray();
      }
      case Boolean it -> out.writeBoolean(it);
      case Integer it -> out.writeNumber(it);
      case Long it -> out.writeNumber(it);
      case Double it -> out.writeNumber(Math.round(it * 1e4) / 1e4);
      default -> out.writeString(tree.toString());
    }
  }
}
