package dev.iommufleet.actors;

import dev.iommufleet.hardware.vtd.spec.SourceId;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What an entity says when its IOMMU is not there, or cannot be served now. */
final class EntityRefusals {
  private EntityRefusals() {}

  static Refusal neverCreated(String id) {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_IOMMU_NOT_FOUND,
        "there is no IOMMU '%s'; create it first".formatted(id));
  }

  static Refusal deleted(String id, long entry) {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_IOMMU_NOT_FOUND,
        "IOMMU '%s' was deleted by its entry %d; its journal can still be read"
            .formatted(id, entry));
  }

  static Refusal idUsed(String id, long entry) {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_IOMMU_DELETED,
        ("id '%s' was used by an IOMMU that entry %d deleted; its journal is kept, so the id is not"
                + " used again; choose another")
            .formatted(id, entry));
  }

  /**
   * @param sources source ids, ascending
   */
  static Refusal devicesAttached(String id, List<Integer> sources) {
    var named = sources.stream().map(SourceId::format).collect(Collectors.joining(", "));
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_DEVICES_ATTACHED,
        "IOMMU '%s' has attached devices: %s; detach them first".formatted(id, named),
        Map.of("source_ids", named));
  }

  static Refusal unreadable(String name, long entry, String why) {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_RECOVERY_FAILED,
        "entry %d of %s cannot be read by this version: %s; nothing was executed"
            .formatted(entry, name, why),
        Map.of("sequence_number", Long.toString(entry)));
  }

  static Refusal journalUnavailable() {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_JOURNAL_UNAVAILABLE,
        "the journal did not take the entry; whether the request is in it is unknown; repeat it"
            + " with the same id");
  }

  /** Checked before anything runs. */
  static Refusal notCertainlyOurs(String name) {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_OWNERSHIP_UNCERTAIN,
        "this node may have lost %s to another one; nothing was executed; repeat the request"
            .formatted(name),
        Map.of("nothing_executed", "true"));
  }

  static Refusal ownershipUncertain() {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_OWNERSHIP_UNCERTAIN,
        "this node may have lost what was asked to another one; whether the request ran is unknown;"
            + " repeat it with the same id");
  }

  static Refusal storedAnswerUnreadable() {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_JOURNAL_UNAVAILABLE,
        "the stored answer cannot be read now; repeat the request with the same id");
  }

  static Refusal erred(String name, RuntimeException failure) {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_INTERNAL,
        "the server erred and %s starts again from its journal: %s".formatted(name, failure));
  }
}
