package dev.iommufleet.load.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * One server for all tests of a process, and a database of its own for each that asks. It ends with
 * the process, and its files go.
 */
public final class SharedDatabase {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private SharedDatabase() {}

  private static final class Shared {
    static final LabDatabase SERVER = start();

    private static LabDatabase start() {
      try {
        var directory = Files.createTempDirectory(Path.of("target"), "postgres");
        var server = LabDatabase.start(directory, LabDatabase.Durability.RELAXED);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server, directory)));
        return server;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void end(LabDatabase server, Path directory) {
      server.close();
      try (Stream<Path> files = Files.walk(directory)) {
        for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  public static LabDatabase server() {
    return Shared.SERVER;
  }

  /** Name of a new database. */
  public static String create() {
    var name = "test_" + COUNT.incrementAndGet();
    server().createDatabase(name);
    return name;
  }
}
