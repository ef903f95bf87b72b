package dev.iommufleet.load.scenario;

import java.util.List;

/** Scenarios that come with this project. */
public final class ShippedScenarios {
  private static final List<String> NAMES =
      List.of(
          "smoke",
          "boot-10k",
          "steady",
          "mixed-30min",
          "sva",
          "hotplug",
          "teardown",
          "replay",
          "kill-one-of-three",
          "demo-cluster",
          "survive-kills",
          "survive-majority",
          "survive-two-of-five",
          "survive-pause",
          "survive-partitions",
          "survive-database",
          "survive-rolling");

  private ShippedScenarios() {}

  public static List<String> names() {
    return NAMES;
  }

  /** As it is shipped. */
  public static String text(String name) {
    return ScenarioReader.resource("/scenarios/" + name + ".yaml");
  }
}
