package dev.iommufleet.node;

import dev.iommufleet.load.lab.LabDatabase;
import dev.iommufleet.load.lab.SharedDatabase;

/** The server of this process's tests. */
final class TestDatabase {
  private TestDatabase() {}

  static LabDatabase server() {
    return SharedDatabase.server();
  }

  /** URL of a new database. */
  static String create() {
    return server().url(SharedDatabase.create());
  }
}
