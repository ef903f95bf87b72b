package dev.iommufleet.persistence.mapping;

import static dev.iommufleet.hardware.vtd.Access.NO_PASID;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;

/** Facts of DMAs to and from their messages. */
final class DmaFacts {
  private DmaFacts() {}

  static void write(DeviceFact.OfDma value, HostDeviceFact.Builder message) {
    switch (value) {
      case DeviceFact.DmaStarted it -> write(it, message.getDmaStartedBuilder());
      case DeviceFact.DmaAsked it -> write(it, message.getDmaAskedBuilder());
      case DeviceFact.DmaAdvanced it -> write(it, message.getDmaAdvancedBuilder());
      case DeviceFact.DmaFaulted it -> write(it, message.getDmaFaultedBuilder());
      case DeviceFact.DmaPaused it -> write(it, message.getDmaPausedBuilder());
      case DeviceFact.DmaAborting it -> write(it, message.getDmaAbortingBuilder());
      case DeviceFact.DmaEnded it -> write(it, message.getDmaEndedBuilder());
      case DeviceFact.DmaKept it -> write(it, message.getDmaKeptBuilder());
      case DeviceFact.DmaIdsKept it -> write(it, message.getDmaIdsKeptBuilder());
    }
  }

  static DeviceFact read(HostDeviceFact message) {
    return switch (message.getKindCase()) {
      case DMA_STARTED -> read(message.getDmaStarted());
      case DMA_ASKED -> read(message.getDmaAsked());
      case DMA_ADVANCED -> read(message.getDmaAdvanced());
      case DMA_FAULTED -> read(message.getDmaFaulted());
      case DMA_PAUSED -> read(message.getDmaPaused());
      case DMA_ABORTING -> read(message.getDmaAborting());
      case DMA_ENDED -> read(message.getDmaEnded());
      case DMA_KEPT -> read(message.getDmaKept());
      case DMA_IDS_KEPT -> read(message.getDmaIdsKept());
      default -> throw Fields.unknownKind("a fact");
    };
  }

  private static void write(DeviceFact.DmaStarted it, HostDeviceFact.DmaStarted.Builder message) {
    message
        .setDma(it.dma())
        .setIova(it.iova())
        .setLength(it.length())
        .setMode(DeviceValues.write(it.mode()));
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
    if (it.data() != null) {
      message.setData(Operations.bytes(it.data()));
    }
  }

  private static DeviceFact.DmaStarted read(HostDeviceFact.DmaStarted m) {
    return new DeviceFact.DmaStarted(
        m.getDma(),
        Fields.pasid(m.hasPasid(), m.getPasid()),
        m.getIova(),
        Fields.count("length", m.getLength()),
        m.hasData() ? m.getData().toByteArray() : null,
        DeviceValues.read(m.getMode()));
  }

  private static void write(DeviceFact.DmaAsked it, HostDeviceFact.DmaAsked.Builder message) {
    message
        .setDma(it.dma())
        .setQuestion(Reports.write(it.question()))
        .setTranslated(it.translated())
        .setLength(it.length());
  }

  private static DeviceFact.DmaAsked read(HostDeviceFact.DmaAsked m) {
    return new DeviceFact.DmaAsked(
        m.getDma(),
        Reports.question(m.getQuestion()),
        m.getTranslated(),
        Fields.count("length", m.getLength()));
  }

  private static void write(DeviceFact.DmaAdvanced it, HostDeviceFact.DmaAdvanced.Builder message) {
    message.setDma(it.dma()).setLength(it.length());
    if (it.data() != null) {
      message.setData(Operations.bytes(it.data()));
    }
  }

  private static DeviceFact.DmaAdvanced read(HostDeviceFact.DmaAdvanced m) {
    return new DeviceFact.DmaAdvanced(
        m.getDma(),
        Fields.count("length", m.getLength()),
        m.hasData() ? m.getData().toByteArray() : null);
  }

  private static void write(DeviceFact.DmaFaulted it, HostDeviceFact.DmaFaulted.Builder message) {
    message.setDma(it.dma()).setGroupIndex(it.groupIndex());
  }

  private static DeviceFact.DmaFaulted read(HostDeviceFact.DmaFaulted m) {
    return new DeviceFact.DmaFaulted(m.getDma(), Fields.bits("group index", m.getGroupIndex(), 9));
  }

  private static void write(DeviceFact.DmaPaused it, HostDeviceFact.DmaPaused.Builder message) {
    message.setDma(it.dma());
  }

  private static DeviceFact.DmaPaused read(HostDeviceFact.DmaPaused m) {
    return new DeviceFact.DmaPaused(m.getDma());
  }

  private static void write(DeviceFact.DmaAborting it, HostDeviceFact.DmaAborting.Builder message) {
    message.setDma(it.dma());
  }

  private static DeviceFact.DmaAborting read(HostDeviceFact.DmaAborting m) {
    return new DeviceFact.DmaAborting(m.getDma());
  }

  private static void write(DeviceFact.DmaEnded it, HostDeviceFact.DmaEnded.Builder message) {
    message.setDma(it.dma()).setOutcome(DeviceValues.write(it.outcome()));
    if (it.data() != null) {
      message.setData(Operations.bytes(it.data()));
    }
  }

  private static DeviceFact.DmaEnded read(HostDeviceFact.DmaEnded m) {
    return new DeviceFact.DmaEnded(
        m.getDma(),
        DeviceValues.read(m.getOutcome()),
        m.hasData() ? m.getData().toByteArray() : null);
  }

  private static void write(DeviceFact.DmaKept it, HostDeviceFact.DmaKept.Builder message) {
    message
        .setDma(it.dma())
        .setIova(it.iova())
        .setLength(it.length())
        .setWrite(it.write())
        .setMode(DeviceValues.write(it.mode()))
        .setDone(it.done())
        .setAttempts(it.attempts());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
    if (it.data() != null) {
      message.setData(Operations.bytes(it.data()));
    }
  }

  private static DeviceFact.DmaKept read(HostDeviceFact.DmaKept m) {
    return new DeviceFact.DmaKept(
        m.getDma(),
        Fields.pasid(m.hasPasid(), m.getPasid()),
        m.getIova(),
        Fields.count("length", m.getLength()),
        m.getWrite(),
        m.hasData() ? m.getData().toByteArray() : null,
        DeviceValues.read(m.getMode()),
        Fields.count("done", m.getDone()),
        Fields.count("attempts", m.getAttempts()));
  }

  private static void write(DeviceFact.DmaIdsKept it, HostDeviceFact.DmaIdsKept.Builder message) {
    message.setLastDma(it.lastDma()).setLastAsk(it.lastAsk());
  }

  private static DeviceFact.DmaIdsKept read(HostDeviceFact.DmaIdsKept m) {
    return new DeviceFact.DmaIdsKept(m.getLastDma(), m.getLastAsk());
  }
}
