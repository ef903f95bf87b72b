package dev.iommufleet.persistence.mapping;

import static dev.iommufleet.hardware.vtd.Access.NO_PASID;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;

/** What leaves a device to and from its messages. */
final class DeviceOutcomes {
  private DeviceOutcomes() {}

  static void write(DeviceFact.Outcome value, HostDeviceFact.Builder message) {
    switch (value) {
      case DeviceFact.HostInvalidated it -> write(it, message.getHostInvalidatedBuilder());
      case DeviceFact.Reported it -> write(it, message.getReportedBuilder());
      case DeviceFact.ResponseUnexpected it -> write(it, message.getResponseUnexpectedBuilder());
      case DeviceFact.ResponseLost it -> write(it, message.getResponseLostBuilder());
      case DeviceFact.AnswerIgnored it -> write(it, message.getAnswerIgnoredBuilder());
      case DeviceFact.FillDropped it -> write(it, message.getFillDroppedBuilder());
    }
  }

  static DeviceFact read(HostDeviceFact message) {
    return switch (message.getKindCase()) {
      case HOST_INVALIDATED -> read(message.getHostInvalidated());
      case REPORTED -> read(message.getReported());
      case RESPONSE_UNEXPECTED -> read(message.getResponseUnexpected());
      case RESPONSE_LOST -> read(message.getResponseLost());
      case ANSWER_IGNORED -> read(message.getAnswerIgnored());
      case FILL_DROPPED -> read(message.getFillDropped());
      default -> throw Fields.unknownKind("a fact");
    };
  }

  private static void write(
      DeviceFact.HostInvalidated it, HostDeviceFact.HostInvalidated.Builder message) {
    message.setCall(HostCalls.write(it.call())).setErrno(it.errno()).setProcessed(it.processed());
  }

  private static DeviceFact.HostInvalidated read(HostDeviceFact.HostInvalidated m) {
    return new DeviceFact.HostInvalidated(
        HostCalls.invalidate(m.getCall()),
        m.getErrno(),
        Fields.count("processed", m.getProcessed()));
  }

  private static void write(DeviceFact.Reported it, HostDeviceFact.Reported.Builder message) {
    message
        .setIommu(it.iommu())
        .setSourceId(it.sourceId())
        .setEpoch(it.epoch())
        .setReport(Reports.write(it.report()));
  }

  private static DeviceFact.Reported read(HostDeviceFact.Reported m) {
    return new DeviceFact.Reported(
        m.getIommu(), Fields.sourceId(m.getSourceId()), m.getEpoch(), Reports.read(m.getReport()));
  }

  private static void write(
      DeviceFact.ResponseUnexpected it, HostDeviceFact.ResponseUnexpected.Builder message) {
    message.setGroupIndex(it.groupIndex()).setCode(it.code()).setRecorded(it.recorded());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static DeviceFact.ResponseUnexpected read(HostDeviceFact.ResponseUnexpected m) {
    return new DeviceFact.ResponseUnexpected(
        Fields.pasid(m.hasPasid(), m.getPasid()),
        Fields.bits("group index", m.getGroupIndex(), 9),
        Fields.bits("code", m.getCode(), 4),
        m.getRecorded());
  }

  private static void write(
      DeviceFact.ResponseLost it, HostDeviceFact.ResponseLost.Builder message) {
    message.setGroupIndex(it.groupIndex()).setCode(it.code());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static DeviceFact.ResponseLost read(HostDeviceFact.ResponseLost m) {
    return new DeviceFact.ResponseLost(
        Fields.pasid(m.hasPasid(), m.getPasid()),
        Fields.bits("group index", m.getGroupIndex(), 9),
        Fields.bits("code", m.getCode(), 4));
  }

  private static void write(
      DeviceFact.AnswerIgnored it, HostDeviceFact.AnswerIgnored.Builder message) {
    message.setEpoch(it.epoch()).setAsk(it.ask());
  }

  private static DeviceFact.AnswerIgnored read(HostDeviceFact.AnswerIgnored m) {
    return new DeviceFact.AnswerIgnored(m.getEpoch(), m.getAsk());
  }

  private static void write(DeviceFact.FillDropped it, HostDeviceFact.FillDropped.Builder message) {
    message.setIova(it.iova()).setGeneration(it.generation());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static DeviceFact.FillDropped read(HostDeviceFact.FillDropped m) {
    return new DeviceFact.FillDropped(
        Fields.pasid(m.hasPasid(), m.getPasid()), m.getIova(), m.getGeneration());
  }
}
