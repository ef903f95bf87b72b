package dev.iommufleet.simulation;

import dev.iommufleet.hardware.vtd.IommuConfig;
import java.util.List;

/**
 * What is explored.
 *
 * @param name one word
 * @param title one line
 * @param explores a sentence or more for people
 * @param devices in the order of their numbers, from 0
 * @param setup done first, to its end, in one order
 * @param threads each in its own order, all orders between them
 * @param budget what else may happen
 */
public record Scenario(
    String name,
    String title,
    String explores,
    IommuConfig config,
    List<DeviceSpec> devices,
    List<Step> setup,
    List<ThreadSpec> threads,
    Budget budget) {

  /** {@code passthrough} false: emulated. */
  public record DeviceSpec(String name, boolean passthrough, int sourceId, int outstanding) {}

  /** {@code mayStop}: nobody minds when its next step never comes. */
  public record ThreadSpec(String name, List<Step> steps, boolean mayStop) {}

  /**
   * @param crashes of each component
   * @param losses on each channel
   * @param duplicates on each channel
   * @param mostStates an exploration of more is cut, and random walks follow
   */
  public record Budget(int crashes, int losses, int duplicates, long mostStates) {}
}
