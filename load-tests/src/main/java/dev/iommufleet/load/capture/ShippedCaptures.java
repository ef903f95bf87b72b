package dev.iommufleet.load.capture;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The captures that come with the project. */
public final class ShippedCaptures {
  private static final String FOLDER = "/captures/";

  private ShippedCaptures() {}

  /** File names, ascending. */
  public static List<String> names() throws IOException {
    try (InputStream index = open("index.txt")) {
      return new String(index.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  /** The file's bytes, compressed as they are. */
  public static InputStream open(String name) throws IOException {
    InputStream file = ShippedCaptures.class.getResourceAsStream(FOLDER + name);
    if (file == null) {
      throw new FileNotFoundException("no capture of this name is shipped: " + name);
    }
    return file;
  }
}
