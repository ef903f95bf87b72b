package dev.iommufleet.persistence.golden;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.TextFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages that were written once and are read for ever: {@code NAME.bin} has them one after the
 * other, each behind its length, and {@code NAME.txt} says what they say.
 */
record GoldenFile(Path directory, String name) {
  private static final String BINARY = ".bin";
  private static final String BETWEEN = "---\n";

  /** Those whose name begins so, ascending. */
  static List<GoldenFile> beginningWith(Path directory, String prefix) throws IOException {
    try (var files = Files.list(directory)) {
      return files
          .map(it -> it.getFileName().toString())
          .filter(it -> it.startsWith(prefix) && it.endsWith(BINARY))
          .map(it -> it.substring(0, it.length() - BINARY.length()))
          .sorted()
          .map(it -> new GoldenFile(directory, it))
          .toList();
    }
  }

  /** Refuses to write over what exists: that is what golden means. */
  void write(List<? extends Message> messages) throws IOException {
    if (Files.exists(binary()) || Files.exists(text())) {
      return;
    }
    var bytes = new ByteArrayOutputStream();
    for (var message : messages) {
      message.writeDelimitedTo(bytes);
    }
    Files.createDirectories(directory);
    Files.write(binary(), bytes.toByteArray());
    Files.writeString(text(), print(messages));
  }

  <M extends Message> List<M> read(Parser<M> parser) {
    try {
      var bytes = new ByteArrayInputStream(Files.readAllBytes(binary()));
      var messages = new ArrayList<M>();
      for (var next = parser.parseDelimitedFrom(bytes);
          next != null;
          next = parser.parseDelimitedFrom(bytes)) {
        messages.add(next);
      }
      return messages;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(binary() + " cannot be parsed", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String readText() throws IOException {
    return Files.readString(text());
  }

  static String print(List<? extends Message> messages) {
    var text = new StringBuilder();
    for (var message : messages) {
      text.append(TextFormat.printer().printToString(message)).append(BETWEEN);
    }
    return text.toString();
  }

  private Path binary() {
    return directory.resolve(name + BINARY);
  }

  private Path text() {
    return directory.resolve(name + ".txt");
  }
}
