package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import java.util.List;

/**
 * One entry of a journal.
 *
 * @param number from 1 for each entity
 * @param writer the instance of the entity that wrote it; later instances have higher numbers
 * @param node on which it ran
 * @param stateHash of the machine behind it
 */
record Entry(
    int entity, long number, long writer, int node, Cause cause, List<Step> steps, long stateHash) {

  /** What an entry came of. */
  sealed interface Cause {

    /** A request of a client. */
    record Asked(Message.Id id) implements Cause {}

    /** A device told an IOMMU. */
    record Reported(int device, int sourceId, long epoch, Report report) implements Cause {}

    /** An IOMMU told a device. */
    record Delivered(int iommu, long epoch, Delivery delivery) implements Cause {}

    /** A timer or a restart. */
    record Own(String name) implements Cause {}
  }

  /** One operation and what came of it. */
  sealed interface Step {

    record OfIommu(Operation operation, Reply reply, List<Fact> facts) implements Step {}

    record OfDevice(DeviceOperation operation, DeviceReply reply, List<DeviceFact> facts)
        implements Step {}
  }

  List<Object> replies() {
    return steps.stream().map(Entry::reply).toList();
  }

  private static Object reply(Step step) {
    return switch (step) {
      case Step.OfIommu s -> s.reply();
      case Step.OfDevice s -> s.reply();
    };
  }
}
