package dev.iommufleet.cli.journal;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.cli.text.Wire;
import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.persistence.journal.Stored;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One journal entry in the field's terms. */
final class EntryView implements Shown {
  private final EntryHead head;
  private final Entry entry;

  /** All operations of the request that the entry belongs to. */
  private final List<Operation> request;

  private final Map<Integer, List<Record>> facts;
  private final Map<Integer, List<Record>> soft;

  EntryView(Stored<Entry> stored, JournalReader journal) {
    this.head = EntryHead.of(stored);
    this.entry = stored.message();
    long first = entry.getCause().getRequestEntry();
    this.request =
        first == 0
            ? entry.getCause().getOperationsList()
            : journal.entry(stored.persistenceId(), first).message().getCause().getOperationsList();
    this.facts = Wire.facts(request, entry.getFactsList());
    this.soft = Wire.facts(request, entry.getSoftList());
  }

  /** Operations executed here are those that have a reply, from this index on. */
  private int firstOperation() {
    return entry.getCause().getFirstOperation();
  }

  private int lastOperation() {
    int behindReplies = firstOperation() + entry.getRepliesCount();
    int behindFacts =
        Math.max(
            facts.keySet().stream().mapToInt(it -> it + 1).max().orElse(0),
            soft.keySet().stream().mapToInt(it -> it + 1).max().orElse(0));
    return Math.min(request.size(), Math.max(behindReplies, behindFacts));
  }

  @Override
  public List<String> text(boolean caches) {
    var lines = new ArrayList<String>();
    lines.add(head.text());
    if (head.emptySince() != null) {
      lines.add("  caches empty since entry " + head.emptySince());
    }
    if (caches) {
      entry.getSoftBeforeList().forEach(fact -> lines.add("  before  ~ " + Wire.text(fact)));
    }
    if (request.isEmpty()) {
      addFacts(lines, 0, caches);
    }
    for (int i = firstOperation(); i < lastOperation(); i++) {
      lines.add("  [%d] %s".formatted(i, Wire.text(request.get(i))));
      addFacts(lines, i, caches);
      int reply = i - firstOperation();
      if (reply < entry.getRepliesCount()) {
        lines.add("       -> " + Wire.text(entry.getReplies(reply)));
      }
    }
    return lines;
  }

  private void addFacts(List<String> lines, int operation, boolean caches) {
    facts
        .getOrDefault(operation, List.of())
        .forEach(fact -> lines.add("        * " + RecordView.text(fact)));
    if (caches) {
      soft.getOrDefault(operation, List.of())
          .forEach(fact -> lines.add("        ~ " + RecordView.text(fact)));
    }
  }

  @Override
  public Map<String, Object> json() {
    var operations = new ArrayList<Map<String, Object>>();
    for (int i = firstOperation(); i < lastOperation(); i++) {
      int reply = i - firstOperation();
      operations.add(
          Json.object(
              "index", i,
              "operation", Wire.fields(request.get(i)),
              "facts", fields(facts, i),
              "soft", fields(soft, i),
              "reply",
                  reply < entry.getRepliesCount() ? Wire.fields(entry.getReplies(reply)) : null));
    }
    var fields = head.json();
    fields.putAll(
        Json.object(
            "softBefore",
            entry.getSoftBeforeList().stream().map(Wire::fields).toList(),
            "operations",
            operations,
            "facts",
            request.isEmpty() ? fields(facts, 0) : null,
            "stateHash",
            EntryHead.hash(entry.getStateHash())));
    return fields;
  }

  private static List<Map<String, Object>> fields(Map<Integer, List<Record>> facts, int operation) {
    return facts.getOrDefault(operation, List.of()).stream().map(RecordView::fields).toList();
  }
}
