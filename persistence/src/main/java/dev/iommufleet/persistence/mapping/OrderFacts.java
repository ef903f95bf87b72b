package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;

/** Faults that were ordered to and from their messages. */
final class OrderFacts {
  private OrderFacts() {}

  static void write(DeviceFact.OfOrders value, HostDeviceFact.Builder message) {
    switch (value) {
      case DeviceFact.CompletionsFail it -> write(it, message.getCompletionsFailBuilder());
      case DeviceFact.CompletionWithheld it -> write(it, message.getCompletionWithheldBuilder());
      case DeviceFact.CompletionReleased it -> write(it, message.getCompletionReleasedBuilder());
      case DeviceFact.ResponsesLost it -> write(it, message.getResponsesLostBuilder());
    }
  }

  static DeviceFact read(HostDeviceFact message) {
    return switch (message.getKindCase()) {
      case COMPLETIONS_FAIL -> read(message.getCompletionsFail());
      case COMPLETION_WITHHELD -> read(message.getCompletionWithheld());
      case COMPLETION_RELEASED -> read(message.getCompletionReleased());
      case RESPONSES_LOST -> read(message.getResponsesLost());
      default -> throw Fields.unknownKind("a fact");
    };
  }

  private static void write(
      DeviceFact.CompletionsFail it, HostDeviceFact.CompletionsFail.Builder message) {
    message.setFault(DeviceValues.write(it.fault())).setN(it.n());
  }

  private static DeviceFact.CompletionsFail read(HostDeviceFact.CompletionsFail m) {
    return new DeviceFact.CompletionsFail(
        DeviceValues.read(m.getFault()), Fields.count("n", m.getN()));
  }

  private static void write(
      DeviceFact.CompletionWithheld it, HostDeviceFact.CompletionWithheld.Builder message) {
    message.setId(it.id()).setItag(it.itag()).setLate(it.late());
  }

  private static DeviceFact.CompletionWithheld read(HostDeviceFact.CompletionWithheld m) {
    return new DeviceFact.CompletionWithheld(
        m.getId(), Fields.bits("itag", m.getItag(), 5), m.getLate());
  }

  private static void write(
      DeviceFact.CompletionReleased it, HostDeviceFact.CompletionReleased.Builder message) {
    message.setId(it.id());
  }

  private static DeviceFact.CompletionReleased read(HostDeviceFact.CompletionReleased m) {
    return new DeviceFact.CompletionReleased(m.getId());
  }

  private static void write(
      DeviceFact.ResponsesLost it, HostDeviceFact.ResponsesLost.Builder message) {
    message.setN(it.n());
  }

  private static DeviceFact.ResponsesLost read(HostDeviceFact.ResponsesLost m) {
    return new DeviceFact.ResponsesLost(Fields.count("n", m.getN()));
  }
}
