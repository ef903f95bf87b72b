package dev.iommufleet.persistence.store;

import java.io.IOException;
import java.nio.file.Path;

/** A process that holds a data directory until its input ends. */
final class LockHolder {
  private LockHolder() {}

  public static void main(String[] arguments) throws IOException {
    try (var _ = DataDirectory.open(Path.of(arguments[0]))) {
      System.out.println("held");
      while (System.in.read() >= 0) {
        // Nothing is sent; the end is awaited.
      }
    }
  }
}
