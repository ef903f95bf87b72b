package dev.iommufleet.simulation.locks;

import dev.iommufleet.simulation.ScenarioException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which locks are taken where, in which order. {@code docs/explore.md} lists the words. */
public final class Discipline {
  private static final String FOLDER = "/disciplines/";

  private final String name;
  private final Map<Place, List<LockName>> locks = new EnumMap<>(Place.class);
  private final Set<Custom> customs = EnumSet.noneOf(Custom.class);
  private String title = "";
  private String explains = "";
  private String argued = "";

  /** What a discipline does beside taking locks. */
  enum Custom {
    /** A device gives its lock away around each call into the IOMMU, and takes it again. */
    RELEASED_AROUND_CALLS,
    /** A page request of a passthrough device invalidates nothing implicitly. */
    PASSTHROUGH_REQUESTERS_SKIP,
    /** A page request is queued by a bottom half; the device hears yes at once. */
    BOTTOM_HALF,
    /** Address-space objects are made when first used, not when page requests are enabled. */
    OBJECTS_AT_FIRST_USE
  }

  private Discipline(String name) {
    this.name = name;
  }

  /** Names of the disciplines that come with the program, in their order. */
  public static List<String> names() {
    return resource("index").lines().filter(line -> !line.isBlank()).toList();
  }

  /**
   * @throws ScenarioException there is no such discipline
   */
  public static Discipline of(String name) {
    if (!names().contains(name)) {
      throw new ScenarioException(
          "no discipline is named %s; messages and these are: %s"
              .formatted(name, String.join(", ", names())),
          null);
    }
    return read(name, resource(name));
  }

  /**
   * A discipline of the caller's own.
   *
   * @throws ScenarioException naming the line that cannot be read
   */
  public static Discipline read(String name, String text) {
    var discipline = new Discipline(name);
    int number = 0;
    for (String line : text.split("\n")) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      try {
        discipline.line(line.strip());
      } catch (RuntimeException e) {
        throw new ScenarioException(
            "%s line %d: '%s': %s".formatted(name, number, line.strip(), e.getMessage()), e);
      }
    }
    return discipline;
  }

  private void line(String line) {
    String[] words = line.split("\\s+");
    String rest = line.substring(words[0].length()).strip();
    switch (words[0]) {
      case "title" -> title = rest;
      case "explains" -> explains = (explains + " " + rest).strip();
      case "argued" -> argued = (argued + " " + rest).strip();
      case "like" -> {
        Discipline other = of(words[1]);
        locks.putAll(other.locks);
        customs.addAll(other.customs);
      }
      case "custom" ->
          customs.add(Custom.valueOf(words[1].toUpperCase(Locale.ROOT).replace('-', '_')));
      default -> locks.put(Place.of(words[0]), locks(words));
    }
  }

  /** {@code PLACE LOCK LOCK …}, outermost first; {@code none}. */
  private static List<LockName> locks(String[] words) {
    if (words.length == 2 && words[1].equals("none")) {
      return List.of();
    }
    if (words.length == 1) {
      throw new IllegalArgumentException("which locks? or none");
    }
    return List.of(words).subList(1, words.length).stream().map(LockName::of).toList();
  }

  private static String resource(String name) {
    try (InputStream stream = Discipline.class.getResourceAsStream(FOLDER + name + ".txt")) {
      if (stream == null) {
        throw new IllegalStateException("no discipline file " + name);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("discipline file " + name, e);
    }
  }

  public String name() {
    return name;
  }

  /** One line. */
  public String title() {
    return title;
  }

  /** A sentence or more: what it is. */
  public String explains() {
    return explains;
  }

  /** A sentence or more: what was said for and against it. */
  public String argued() {
    return argued;
  }

  /** Outermost first. */
  List<LockName> at(Place place) {
    return locks.getOrDefault(place, List.of());
  }

  boolean has(Custom custom) {
    return customs.contains(custom);
  }
}
