package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;

/** Facts of a device to and from their messages. */
public final class HostDeviceFacts {
  private HostDeviceFacts() {}

  public static HostDeviceFact write(DeviceFact fact) {
    var message = HostDeviceFact.newBuilder();
    switch (fact) {
      case DeviceFact.OfLink it -> AttachmentFacts.write(it, message);
      case DeviceFact.OfFaultQueue it -> HostFaultFacts.write(it, message);
      case DeviceFact.OfHost it -> HostSideFacts.write(it, message);
      case DeviceFact.OfFunction it -> FunctionFacts.write(it, message);
      case DeviceFact.OfDma it -> DmaFacts.write(it, message);
      case DeviceFact.OfOrders it -> OrderFacts.write(it, message);
      case DeviceFact.Soft it -> SoftDeviceFacts.write(it, message);
      case DeviceFact.Outcome it -> DeviceOutcomes.write(it, message);
    }
    return message.build();
  }

  /**
   * @throws MalformedException unknown kind, or a number wider than its field
   */
  public static DeviceFact read(HostDeviceFact message) {
    return switch (message.getKindCase()) {
      case ATTACH_STARTED,
          ATTACH_ACCEPTED,
          DETACH_STARTED,
          ATTACHMENT_OVER,
          LOSS_SETTLED,
          COMMAND_DONE,
          EPOCH_KEPT,
          LOSS_KEPT,
          LINK_CHANGED ->
          AttachmentFacts.read(message);
      case HOST_OPENED,
          HOST_CLOSED,
          HOST_CALLED,
          HOST_BINDING_CHANGED,
          HOST_STUCK_CHANGED,
          HOST_UNFREED_CHANGED,
          HOST_FAILURE_ARMED,
          HOST_OBJECT_KEPT,
          HOST_OPEN_KEPT,
          HOST_ATTACHMENT_KEPT,
          HOST_IDS_KEPT ->
          HostSideFacts.read(message);
      case HOST_QUEUE_CHANGED,
          HOST_FAULT_RAISED,
          HOST_FAULTS_DROPPED,
          HOST_FAULT_TAKEN,
          HOST_QUEUE_KEPT,
          HOST_FAULT_KEPT ->
          HostFaultFacts.read(message);
      case CONFIG_CHANGED,
          GROUP_OPENED,
          PAGE_REQUEST_SENT,
          PAGE_REQUEST_FORWARDED,
          PAGE_REQUEST_SETTLED,
          GROUP_ENDED,
          GROUP_KEPT,
          PAGE_REQUEST_KEPT,
          REQUEST_COUNTERS_KEPT ->
          FunctionFacts.read(message);
      case COMPLETIONS_FAIL, COMPLETION_WITHHELD, COMPLETION_RELEASED, RESPONSES_LOST ->
          OrderFacts.read(message);
      case KIND_NOT_SET -> throw Fields.unknownKind("a fact");
      default -> readLate(message);
    };
  }

  /** DMAs, what is soft, and what leaves. */
  private static DeviceFact readLate(HostDeviceFact message) {
    return switch (message.getKindCase()) {
      case DMA_STARTED,
          DMA_ASKED,
          DMA_ADVANCED,
          DMA_FAULTED,
          DMA_PAUSED,
          DMA_ABORTING,
          DMA_ENDED,
          DMA_KEPT,
          DMA_IDS_KEPT ->
          DmaFacts.read(message);
      case TRANSLATION_FILLED,
          TRANSLATIONS_DROPPED,
          GENERATION_SEEN,
          ANSWER_DELAYED,
          ANSWER_FREED ->
          SoftDeviceFacts.read(message);
      default -> DeviceOutcomes.read(message);
    };
  }
}
