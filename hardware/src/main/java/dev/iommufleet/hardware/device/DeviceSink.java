package dev.iommufleet.hardware.device;

/** Takes the facts of an operation in the order in which they came true. */
@FunctionalInterface
public interface DeviceSink {

  void accept(DeviceFact fact);
}
