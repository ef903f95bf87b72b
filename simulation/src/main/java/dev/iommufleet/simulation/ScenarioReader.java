package dev.iommufleet.simulation;

import dev.iommufleet.hardware.vtd.InvalidationPolicy;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.simulation.Scenario.Budget;
import dev.iommufleet.simulation.Scenario.DeviceSpec;
import dev.iommufleet.simulation.Scenario.ThreadSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads a scenario file: {@code key value} lines, {@code setup:} and {@code thread NAME:} sections
 * with one step a line, {@code #} comments. {@code docs/explore.md} lists the words.
 */
final class ScenarioReader {
  private static final long MOST_STATES = 10_000_000;

  private final String name;
  private final List<DeviceSpec> devices = new ArrayList<>();
  private final List<ThreadSpec> threads = new ArrayList<>();
  private final List<Step> setup = new ArrayList<>();
  private final StringBuilder explores = new StringBuilder();
  private String title = "";
  private InvalidationPolicy policy = InvalidationPolicy.STRICT;
  private boolean fencing;
  private int iommuCrashes;
  private int deviceCrashes;
  private int losses;
  private int duplicates;
  private boolean overtakes;
  private long mostStates = MOST_STATES;
  private List<Step> section;

  private ScenarioReader(String name) {
    this.name = name;
  }

  /**
   * @throws ScenarioException naming the line that cannot be read
   */
  static Scenario read(String name, String text) {
    var reader = new ScenarioReader(name);
    int number = 0;
    for (String raw : text.split("\n")) {
      number++;
      String line = raw.contains("#") ? raw.substring(0, raw.indexOf('#')) : raw;
      if (line.isBlank()) {
        continue;
      }
      try {
        reader.line(line.strip());
      } catch (RuntimeException e) {
        throw new ScenarioException(
            "%s line %d: '%s': %s".formatted(name, number, raw.strip(), e.getMessage()), e);
      }
    }
    return reader.scenario();
  }

  private Scenario scenario() {
    if (threads.isEmpty() || devices.isEmpty()) {
      throw new ScenarioException(name + " needs a device and a thread", null);
    }
    var usual = IommuConfig.of(Profile.ARCHITECTURE, Machines.CAPABILITIES);
    var config =
        new IommuConfig(
            usual.profile(),
            policy,
            usual.capabilities(),
            usual.quirks(),
            usual.limits(),
            new IommuConfig.Options(fencing, usual.options().flushFailure()));
    return new Scenario(
        name,
        title,
        explores.toString().strip(),
        config,
        List.copyOf(devices),
        List.copyOf(setup),
        List.copyOf(threads),
        new Budget(iommuCrashes, deviceCrashes, losses, duplicates, overtakes, mostStates));
  }

  private void line(String line) {
    String[] words = line.split("\\s+");
    if (line.equals("setup:")) {
      section = setup;
    } else if (isThread(words[0]) && line.endsWith(":")) {
      section = new ArrayList<>();
      String called = words[1].substring(0, words[1].length() - 1);
      threads.add(new ThreadSpec(called, section, words[0].equals("timer")));
    } else if (section != null) {
      section.addAll(new StepReader(devices).read(line, words));
    } else {
      head(line, words);
    }
  }

  /** A timer's steps may never come. */
  private static boolean isThread(String word) {
    return word.equals("thread") || word.equals("timer");
  }

  private void head(String line, String[] words) {
    switch (words[0]) {
      case "title" -> title = rest(line);
      case "explores" -> explores.append(rest(line)).append(' ');
      case "policy" ->
          policy = InvalidationPolicy.valueOf(words[1].replace('-', '_').toUpperCase(Locale.ROOT));
      case "fencing" -> fencing = true;
      case "overtakes" -> overtakes = true;
      case "device" -> devices.add(device(words));
      case "crashes" -> crashes(number(words[1], 3), words.length > 2 ? words[2] : "");
      case "losses" -> losses = number(words[1], 3);
      case "duplicates" -> duplicates = number(words[1], 3);
      case "states" -> mostStates = Long.parseLong(words[1]);
      default -> throw new IllegalArgumentException("no word of the head is " + words[0]);
    }
  }

  /** {@code whose}: of the IOMMU alone, of the devices alone, or empty: of each component. */
  private void crashes(int number, String whose) {
    switch (whose) {
      case "" -> iommuCrashes = deviceCrashes = number;
      case "iommu" -> iommuCrashes = number;
      case "devices" -> deviceCrashes = number;
      default -> throw new IllegalArgumentException("crashes N, crashes N iommu or devices");
    }
  }

  private static int number(String word, int most) {
    int number = Integer.parseInt(word);
    if (number < 0 || number > most) {
      throw new IllegalArgumentException(number + "; 0 to " + most + " are possible");
    }
    return number;
  }

  private static String rest(String line) {
    return line.substring(line.indexOf(' ') + 1).strip();
  }

  /** {@code device NAME passthrough|emulated 00:03.0 [outstanding=N]}. */
  private static DeviceSpec device(String[] words) {
    boolean passthrough =
        switch (words[2]) {
          case "passthrough" -> true;
          case "emulated" -> false;
          default -> throw new IllegalArgumentException("passthrough or emulated");
        };
    String[] id = words[3].split("[:.]");
    int sourceId =
        Integer.parseInt(id[0], 16) << 8
            | Integer.parseInt(id[1], 16) << 3
            | Integer.parseInt(id[2], 16);
    int outstanding = words.length > 4 ? Integer.parseInt(words[4].replace("outstanding=", "")) : 8;
    return new DeviceSpec(words[1], passthrough, sourceId, outstanding);
  }
}
