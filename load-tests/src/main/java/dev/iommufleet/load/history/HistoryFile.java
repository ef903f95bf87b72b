package dev.iommufleet.load.history;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.iommufleet.protocol.load.v1.HistoryRecord;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Reads what a {@link Recorder} wrote. */
public final class HistoryFile {
  /** Version of the meaning of records. */
  static final int SCHEMA = 1;

  private static final int BUFFER_BYTES = 1 << 20;

  private HistoryFile() {}

  /**
   * Gives every record in the order of the file. A file that a killed load left behind may end in
   * the middle of a record; what is before it is given.
   *
   * @return false: the last record was cut off
   * @throws IllegalArgumentException if this is no history, or one of a later version
   */
  public static boolean read(Path file, Consumer<HistoryRecord> consumer) throws IOException {
    try (var in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
      check(file, first(in));
    }
    try (var in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
      while (true) {
        HistoryRecord record;
        try {
          record = next(in);
        } catch (IOException cut) {
          return false;
        }
        if (record == null) {
          return true;
        }
        consumer.accept(record);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static HistoryRecord next(InputStream in) throws IOException {
    return HistoryRecord.parseDelimitedFrom(in);
  }

  /** Null: whatever it is, it is no record. */
  private static HistoryRecord first(InputStream in) throws IOException {
    try {
      return next(in);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static void check(Path file, HistoryRecord first) {
    if (first == null || !first.hasBegan()) {
      throw new IllegalArgumentException(
          "%s is no history of a load: it does not begin as one".formatted(file));
    }
    int schema = first.getBegan().getSchema();
    if (schema > SCHEMA) {
      throw new IllegalArgumentException(
          "%s is a history of version %d; this program reads up to %d"
              .formatted(file, schema, SCHEMA));
    }
  }
}
