package dev.iommufleet.cli.capture;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.iommufleet.load.capture.Kind;
import dev.iommufleet.load.capture.Mismatch;
import dev.iommufleet.load.capture.Report;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;

/** Reports as the JSON that scripts rely on. */
final class ReportJson {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  private ReportJson() {}

  static void print(List<Report> reports, Writer out) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeArrayFieldStart("files");
      for (Report report : reports) {
        file(report, json);
      }
      json.writeEndArray();
      json.writeNumberField("mismatches", reports.stream().mapToLong(Report::mismatches).sum());
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private static void file(Report report, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("file", report.file());
    json.writeNumberField("operations", report.operations());
    counts("comparisons", report.comparisons(), json);
    counts("notCompared", report.notCompared(), json);
    json.writeNumberField("mismatches", report.mismatches());
    json.writeArrayFieldStart("first");
    for (Mismatch mismatch : report.first()) {
      json.writeStartObject();
      json.writeNumberField("seq", mismatch.seq());
      json.writeStringField("kind", mismatch.kind().text());
      json.writeStringField("operation", mismatch.operation());
      json.writeStringField("expected", mismatch.expected());
      json.writeStringField("actual", mismatch.actual());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeNumberField("linesPerSecond", report.linesPerSecond());
    json.writeStringField("error", report.error());
    json.writeEndObject();
  }

  private static void counts(String name, Map<Kind, Long> counts, JsonGenerator json)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<Kind, Long> count : counts.entrySet()) {
      json.writeNumberField(count.getKey().text(), count.getValue());
    }
    json.writeEndObject();
  }
}
