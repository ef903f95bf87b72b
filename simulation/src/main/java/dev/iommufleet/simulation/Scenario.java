package dev.iommufleet.simulation;

import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.vtd.IommuConfig;
import java.util.List;
import java.util.stream.Stream;

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

  /** Whether an invalidation may fail: a device was told to be silent, or is gone. */
  boolean mayTimeOut() {
    return threads.stream()
        .flatMap(thread -> thread.steps().stream())
        .anyMatch(
            step ->
                step instanceof Step.Expire
                    || step instanceof Step.Device device && mayFail(device.operation()));
  }

  /** Whether a device may complete what it was not asked. */
  boolean mayMisbehave() {
    return Stream.concat(setup.stream(), threads.stream().flatMap(it -> it.steps().stream()))
        .anyMatch(
            step ->
                step instanceof Step.Device device
                    && device.operation() instanceof DeviceOperation.FailCompletions);
  }

  private static boolean mayFail(DeviceOperation operation) {
    return operation instanceof DeviceOperation.Remove
        || operation instanceof DeviceOperation.Detach
        || operation instanceof DeviceOperation.SetLink
        || operation instanceof DeviceOperation.FailHostCall
        || operation instanceof DeviceOperation.FailCompletions;
  }

  /** {@code passthrough} false: emulated. */
  public record DeviceSpec(String name, boolean passthrough, int sourceId, int outstanding) {}

  /** {@code mayStop}: nobody minds when its next step never comes. */
  public record ThreadSpec(String name, List<Step> steps, boolean mayStop) {
    /** One of its steps drains page requests. */
    boolean drains() {
      return steps.stream().anyMatch(step -> step instanceof Step.Submit s && s.drains());
    }
  }

  /**
   * @param iommuCrashes of the IOMMU
   * @param deviceCrashes of each device
   * @param losses on each channel
   * @param duplicates on each channel
   * @param overtakes messages of before a crash may come behind those of after it
   * @param mostStates an exploration of more is cut, and random walks follow
   */
  public record Budget(
      int iommuCrashes,
      int deviceCrashes,
      int losses,
      int duplicates,
      boolean overtakes,
      long mostStates) {
    int crashes(int actor) {
      return actor == 0 ? iommuCrashes : deviceCrashes;
    }
  }
}
