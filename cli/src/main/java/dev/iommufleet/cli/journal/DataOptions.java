package dev.iommufleet.cli.journal;

import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.persistence.store.DatabaseAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where journals are read. */
final class DataOptions {
  /** Never on the command line, which other users of the machine can read. */
  private static final String PASSWORD = "IOMMU_FLEET_POSTGRES_PASSWORD";

  @ArgGroup(exclusive = true, multiplicity = "0..1")
  private Place place = new Place();

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description =
          "Holds the database user's password. Default: the environment's " + PASSWORD + ".")
  private Path passwordFile;

  /** One of the two. */
  private static final class Place {
    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "The data directory; a node may be using it. Default: .iommu-fleet/data.")
    private Path data;

    @Option(
        names = "--database",
        paramLabel = "URL",
        description = {
          "The database of nodes with profile postgres, as they print it after data=:",
          "postgresql://USER@HOST:PORT/DATABASE?schema=S. It is only read."
        })
    private String database;
  }

  JournalReader open() {
    return place.database == null
        ? JournalReader.open(directory())
        : JournalReader.open(DatabaseAddress.parse(place.database).withPassword(password()));
  }

  /** As people may read it. */
  String name() {
    return place.database == null
        ? directory().toString()
        : DatabaseAddress.parse(place.database).toString();
  }

  private Path directory() {
    return place.data == null ? Path.of(".iommu-fleet", "data") : place.data;
  }

  private String password() {
    if (passwordFile == null) {
      var password = System.getenv(PASSWORD);
      return password == null ? "" : password;
    }
    try {
      return Files.readString(passwordFile).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
