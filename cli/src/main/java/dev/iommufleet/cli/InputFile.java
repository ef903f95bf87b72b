package dev.iommufleet.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a command reads as a whole. */
public final class InputFile {
  private static final Path STANDARD_INPUT = Path.of("-");

  private InputFile() {}

  /**
   * The bytes of the file; {@code -} is standard input.
   *
   * @param most bytes that it may have
   * @throws CommandException it is a directory, or larger
   * @throws UncheckedIOException it cannot be read
   */
  public static byte[] bytes(Path file, int most) {
    if (Files.isDirectory(file)) {
      throw CommandException.usage("%s is a directory; a file is needed", file);
    }
    try (InputStream in = file.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(file)) {
      var bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw CommandException.usage("%s has more than %,d bytes, which is the most", file, most);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
