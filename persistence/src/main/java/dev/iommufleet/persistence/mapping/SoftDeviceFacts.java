package dev.iommufleet.persistence.mapping;

import static dev.iommufleet.hardware.vtd.Access.NO_PASID;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;

/** Facts of a device's caches to and from their messages. */
final class SoftDeviceFacts {
  private SoftDeviceFacts() {}

  static void write(DeviceFact.Soft value, HostDeviceFact.Builder message) {
    switch (value) {
      case DeviceFact.TranslationFilled it -> write(it, message.getTranslationFilledBuilder());
      case DeviceFact.TranslationsDropped it -> write(it, message.getTranslationsDroppedBuilder());
      case DeviceFact.GenerationSeen it -> write(it, message.getGenerationSeenBuilder());
      case DeviceFact.AnswerDelayed it -> write(it, message.getAnswerDelayedBuilder());
      case DeviceFact.AnswerFreed it -> write(it, message.getAnswerFreedBuilder());
    }
  }

  static DeviceFact read(HostDeviceFact message) {
    return switch (message.getKindCase()) {
      case TRANSLATION_FILLED -> read(message.getTranslationFilled());
      case TRANSLATIONS_DROPPED -> read(message.getTranslationsDropped());
      case GENERATION_SEEN -> read(message.getGenerationSeen());
      case ANSWER_DELAYED -> read(message.getAnswerDelayed());
      case ANSWER_FREED -> read(message.getAnswerFreed());
      default -> throw Fields.unknownKind("a fact");
    };
  }

  private static void write(
      DeviceFact.TranslationFilled it, HostDeviceFact.TranslationFilled.Builder message) {
    message
        .setIova(it.iova())
        .setMask(it.mask())
        .setAddress(it.address())
        .setPermissions(it.permissions());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static DeviceFact.TranslationFilled read(HostDeviceFact.TranslationFilled m) {
    return new DeviceFact.TranslationFilled(
        Fields.pasid(m.hasPasid(), m.getPasid()),
        m.getIova(),
        m.getMask(),
        m.getAddress(),
        Fields.bits("permissions", m.getPermissions(), 4));
  }

  private static void write(
      DeviceFact.TranslationsDropped it, HostDeviceFact.TranslationsDropped.Builder message) {
    message
        .setScope(DeviceValues.write(it.scope()))
        .setAddress(it.address())
        .setSize(it.size())
        .setRemoved(it.removed());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static DeviceFact.TranslationsDropped read(HostDeviceFact.TranslationsDropped m) {
    return new DeviceFact.TranslationsDropped(
        DeviceValues.read(m.getScope()),
        Fields.pasid(m.hasPasid(), m.getPasid()),
        m.getAddress(),
        m.getSize(),
        Fields.count("removed", m.getRemoved()));
  }

  private static void write(
      DeviceFact.GenerationSeen it, HostDeviceFact.GenerationSeen.Builder message) {
    message.setId(it.id());
  }

  private static DeviceFact.GenerationSeen read(HostDeviceFact.GenerationSeen m) {
    return new DeviceFact.GenerationSeen(m.getId());
  }

  private static void write(
      DeviceFact.AnswerDelayed it, HostDeviceFact.AnswerDelayed.Builder message) {
    message.addAllDmas(Fields.words(it.dmas())).setUpTo(it.upTo());
    if (it.answer() != null) {
      message.setAnswer(Reports.write(it.answer()));
    }
  }

  private static DeviceFact.AnswerDelayed read(HostDeviceFact.AnswerDelayed m) {
    return new DeviceFact.AnswerDelayed(
        m.hasAnswer() ? Reports.read(m.getAnswer()) : null,
        m.getDmasList().stream().mapToLong(Long::longValue).toArray(),
        m.getUpTo());
  }

  private static void write(DeviceFact.AnswerFreed it, HostDeviceFact.AnswerFreed.Builder message) {
    message.setId(it.id());
  }

  private static DeviceFact.AnswerFreed read(HostDeviceFact.AnswerFreed m) {
    return new DeviceFact.AnswerFreed(m.getId());
  }
}
