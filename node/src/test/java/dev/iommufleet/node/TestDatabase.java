package dev.iommufleet.node;

import dev.iommufleet.load.lab.LabDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** One server for all tests of this room, and a database of its own for each that asks. */
final class TestDatabase {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private TestDatabase() {}

  /** Ends with the process. */
  private static final class Shared {
    static final LabDatabase SERVER = start();

    private static LabDatabase start() {
      try {
        var directory = Files.createTempDirectory(Path.of("target"), "postgres");
        return LabDatabase.start(directory, LabDatabase.Durability.RELAXED);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  static LabDatabase server() {
    return Shared.SERVER;
  }

  /** URL of a new database. */
  static String create() {
    var name = "test_" + COUNT.incrementAndGet();
    server().createDatabase(name);
    return server().url(name);
  }
}
