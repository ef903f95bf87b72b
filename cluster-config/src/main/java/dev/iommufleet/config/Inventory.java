package dev.iommufleet.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file that lists the nodes of a lab: one {@code HOST} or {@code HOST:PORT} a line, where the
 * port is that of the node's HTTP server. What follows a {@code #} is a comment; empty lines go.
 */
public final class Inventory {
  /** Of the HTTP server, where a line names none. */
  public static final int USUAL_PORT = 8_652;

  private Inventory() {}

  /**
   * The nodes, as {@code iommu-fleet.cluster.seeds} has them.
   *
   * @throws BadSettingException the file cannot be read, or a line is no node
   */
  public static List<String> read(Path file) {
    var seeds = new ArrayList<String>();
    int number = 0;
    for (var line : lines(file)) {
      number++;
      var text = line.replaceFirst("#.*", "").strip();
      if (!text.isEmpty()) {
        seeds.add(seed(file, number, text));
      }
    }
    if (seeds.isEmpty()) {
      throw new BadSettingException("inventory " + file + " names no node");
    }
    return seeds;
  }

  private static String seed(Path file, int number, String text) {
    try {
      return Endpoint.parse(text, USUAL_PORT).toString();
    } catch (IllegalArgumentException e) {
      throw new BadSettingException(
          "inventory %s, line %d: %s".formatted(file, number, e.getMessage()), e);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (MalformedInputException e) {
      throw new BadSettingException("inventory " + file + " is no text", e);
    } catch (IOException e) {
      throw new BadSettingException("inventory " + file + " cannot be read", e);
    }
  }
}
