package dev.iommufleet.cli.journal;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.persistence.journal.Stored;
import dev.iommufleet.persistence.mapping.HostDeviceFacts;
import dev.iommufleet.persistence.mapping.HostDeviceOperations;
import dev.iommufleet.persistence.mapping.HostDeviceReplies;
import dev.iommufleet.protocol.api.v1.AttachOutcome;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One journal entry of a host device in the field's terms. */
final class DeviceEntryView implements Shown {
  private final EntryHead head;
  private final HostDeviceEntry entry;

  /** Null: the device was created or deleted. */
  private final Record operation;

  private final Record reply;

  DeviceEntryView(Stored<HostDeviceEntry> stored) {
    this.head = EntryHead.ofDevice(stored);
    this.entry = stored.message();
    boolean executed = entry.getCause().hasOperation();
    this.operation =
        executed ? (Record) HostDeviceOperations.read(entry.getCause().getOperation()) : null;
    this.reply = executed ? (Record) HostDeviceReplies.read(entry.getReply()) : null;
  }

  /** What the IOMMU said beside its answer to an attachment; null: nothing. */
  private String outcome() {
    var cause = entry.getCause();
    if (cause.getAttachOutcome() == AttachOutcome.ATTACH_OUTCOME_UNSPECIFIED) {
      return null;
    }
    var said =
        RecordView.dashed(cause.getAttachOutcome().name().substring("ATTACH_OUTCOME_".length()));
    return cause.getAttachWanted() == 0
        ? said
        : "%s, %d wanted, %d offered"
            .formatted(said, cause.getAttachWanted(), cause.getAttachOffered());
  }

  @Override
  public List<String> text(boolean caches) {
    var lines = new ArrayList<String>();
    lines.add(head.text());
    if (head.emptySince() != null) {
      lines.add("  translations empty since entry " + head.emptySince());
    }
    if (caches) {
      add(lines, "  before  ~ ", entry.getSoftBeforeList());
    }
    if (operation != null) {
      lines.add("  " + RecordView.text(operation));
    }
    if (outcome() != null) {
      lines.add("  the IOMMU says " + outcome());
    }
    add(lines, "        * ", entry.getFactsList());
    if (caches) {
      add(lines, "        ~ ", entry.getSoftList());
    }
    if (reply != null) {
      lines.add("       -> " + RecordView.text(reply));
    }
    return lines;
  }

  private static void add(List<String> lines, String mark, List<HostDeviceFact> facts) {
    for (var fact : facts) {
      lines.add(mark + RecordView.text((Record) HostDeviceFacts.read(fact)));
    }
  }

  @Override
  public Map<String, Object> json() {
    var fields = head.json();
    fields.putAll(
        Json.object(
            "softBefore", fields(entry.getSoftBeforeList()),
            "operation", operation == null ? null : RecordView.fields(operation),
            "outcome", outcome(),
            "facts", fields(entry.getFactsList()),
            "soft", fields(entry.getSoftList()),
            "reply", reply == null ? null : RecordView.fields(reply),
            "stateHash", EntryHead.hash(entry.getStateHash())));
    return fields;
  }

  private static List<Map<String, Object>> fields(List<HostDeviceFact> facts) {
    return facts.stream().map(it -> RecordView.fields((Record) HostDeviceFacts.read(it))).toList();
  }
}
