package dev.iommufleet.simulation;

import dev.iommufleet.hardware.vtd.InvalidationPolicy;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.simulation.Scenario.Budget;
import dev.iommufleet.simulation.Scenario.DeviceSpec;
import dev.iommufleet.simulation.Scenario.ThreadSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads a scenario file: {@code key value} lines, {@code setup:} and {@code thread NAME:} sections
 * with one step a line, {@code #} comments. {@code docs/explore.md} lists the words.
 */
final class ScenarioReader {
  private static final long MOST_STATES = 10_000_000;
  private static final int MOST_STATES_ASKED = 1_000_000_000;
  private static final int MOST_MISHAPS = 3;
  private static final int MOST_OUTSTANDING = 1000;
  private static final Pattern FUNCTION =
      Pattern.compile("([0-9a-fA-F]{1,2}):([01]?[0-9a-fA-F])[.]([0-7])");

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

  /** Counted from 1: of what is read, and where the thread that is read begins. */
  private int number;

  private int threadBegins;

  private ScenarioReader(String name) {
    this.name = name;
  }

  /**
   * @throws ScenarioException naming the line that cannot be read, and what is possible
   */
  static Scenario read(String name, String text) {
    var reader = new ScenarioReader(name);
    for (String raw : text.split("\n")) {
      reader.number++;
      String line = raw.contains("#") ? raw.substring(0, raw.indexOf('#')) : raw;
      if (line.isBlank()) {
        continue;
      }
      try {
        reader.line(line.strip());
      } catch (IllegalArgumentException e) {
        throw new ScenarioException(
            "%s line %d: '%s': %s".formatted(name, reader.number, raw.strip(), e.getMessage()), e);
      }
    }
    return reader.scenario();
  }

  private Scenario scenario() {
    endThread();
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
    var words = new Words(line);
    String first = words.next("a word");
    if (line.equals("setup:")) {
      endThread();
      section = setup;
    } else if (first.equals("thread") || first.equals("timer")) {
      endThread();
      thread(first, words);
    } else if (section != null) {
      section.addAll(new StepReader(devices).read(line));
    } else {
      head(first, line, words);
      words.end();
    }
  }

  /** {@code thread NAME:} or {@code timer NAME:}; a timer's steps may never come. */
  private void thread(String kind, Words words) {
    String called = words.next("NAME:");
    words.end();
    if (!called.endsWith(":") || called.length() == 1) {
      throw new IllegalArgumentException("the form is " + kind + " NAME:");
    }
    String thread = called.substring(0, called.length() - 1);
    if (threads.stream().anyMatch(it -> it.name().equals(thread))) {
      throw new IllegalArgumentException("there is a thread " + thread + " already");
    }
    section = new ArrayList<>();
    threadBegins = number;
    threads.add(new ThreadSpec(thread, section, kind.equals("timer")));
  }

  private void endThread() {
    if (!threads.isEmpty() && threads.getLast().steps().isEmpty()) {
      throw new ScenarioException(
          "%s line %d: thread %s has no steps; one a line is needed"
              .formatted(name, threadBegins, threads.getLast().name()),
          null);
    }
  }

  private void head(String first, String line, Words words) {
    switch (first) {
      case "title" -> title = rest(line, words);
      case "explores" -> explores.append(rest(line, words)).append(' ');
      case "policy" -> policy = words.constant(InvalidationPolicy.class);
      case "fencing" -> fencing = true;
      case "overtakes" -> overtakes = true;
      case "device" -> devices.add(device(words));
      case "crashes" -> crashes(words);
      case "losses" -> losses = words.number("N", 0, MOST_MISHAPS);
      case "duplicates" -> duplicates = words.number("N", 0, MOST_MISHAPS);
      case "states" -> mostStates = words.number("N", 1, MOST_STATES_ASKED);
      default ->
          throw new IllegalArgumentException(
              "no word of the head is "
                  + first
                  + "; there are title, explores, device, policy, fencing, crashes, losses,"
                  + " duplicates, overtakes, states, and then setup:, thread NAME:, timer NAME:");
    }
  }

  /** Of the IOMMU alone, of the devices alone, or, with no word more, of each component. */
  private void crashes(Words words) {
    int crashes = words.number("N", 0, MOST_MISHAPS);
    boolean iommu = words.has("iommu");
    boolean ofDevices = words.has("devices");
    if (iommu && ofDevices) {
      throw new IllegalArgumentException("the form is crashes N [iommu|devices]");
    }
    iommuCrashes = ofDevices ? iommuCrashes : crashes;
    deviceCrashes = iommu ? deviceCrashes : crashes;
  }

  private static String rest(String line, Words words) {
    words.next("TEXT");
    words.clear();
    return line.split("\\s+", 2)[1];
  }

  /** {@code device NAME passthrough|emulated 00:03.0 [outstanding=N]}. */
  private DeviceSpec device(Words words) {
    String called = words.next("NAME");
    if (devices.stream().anyMatch(it -> it.name().equals(called))) {
      throw new IllegalArgumentException("there is a device " + called + " already");
    }
    if (StepReader.isStep(called) || called.equals("thread") || called.equals("timer")) {
      throw new IllegalArgumentException(called + " is the name of a step, not of a device");
    }
    boolean passthrough = words.oneOf("passthrough", "emulated").equals("passthrough");
    String function = words.next("BB:DD.F");
    var id = FUNCTION.matcher(function);
    if (!id.matches()) {
      throw new IllegalArgumentException(
          function + "; BB:DD.F is hexadecimal, 00:00.0 to ff:1f.7 are possible");
    }
    int sourceId =
        Integer.parseInt(id.group(1), 16) << 8
            | Integer.parseInt(id.group(2), 16) << 3
            | Integer.parseInt(id.group(3), 16);
    return new DeviceSpec(
        called, passthrough, sourceId, words.option("outstanding", 8, 1, MOST_OUTSTANDING));
  }
}
