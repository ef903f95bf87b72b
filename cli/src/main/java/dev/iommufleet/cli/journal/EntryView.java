package dev.iommufleet.cli.journal;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.cli.text.Times;
import dev.iommufleet.cli.text.Wire;
import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.persistence.journal.StoredEntry;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.journal.v1.Cause;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One journal entry in the field's terms. */
final class EntryView {
  private static final String HEAD = "#%d %s incarnation %d, %s, %d bytes, state %s";

  private final StoredEntry stored;
  private final Entry entry;

  /** All operations of the request that the entry belongs to. */
  private final List<Operation> request;

  private final Map<Integer, List<Record>> facts;
  private final Map<Integer, List<Record>> soft;

  EntryView(StoredEntry stored, JournalReader journal) {
    this.stored = stored;
    this.entry = stored.entry();
    long first = entry.getCause().getRequestEntry();
    this.request =
        first == 0
            ? entry.getCause().getOperationsList()
            : journal.entry(stored.persistenceId(), first).entry().getCause().getOperationsList();
    this.facts = Wire.facts(request, entry.getFactsList());
    this.soft = Wire.facts(request, entry.getSoftList());
  }

  /** What made the entry. */
  private static String cause(Cause cause) {
    return switch (cause.getOriginCase()) {
          case CLIENT ->
              cause.getClient().getSession().isEmpty()
                  ? "a client's request without id"
                  : "request %d of session %s"
                      .formatted(cause.getClient().getSequence(), cause.getClient().getSession());
          case CREATED -> "created as " + cause.getCreated().getIommuId();
          case PEER ->
              "message %s/%d.%d"
                  .formatted(
                      cause.getPeer().getPersistenceId(),
                      cause.getPeer().getSequenceNumber(),
                      cause.getPeer().getIndex());
          case TIMER -> "timer " + cause.getTimer().getName();
          case RECOVERED -> "went on after a restart: " + cause.getRecovered().getReason();
          case DELETED -> "deleted";
          case ORIGIN_NOT_SET -> "unknown cause";
        }
        + (cause.getRequestEntry() == 0 ? "" : ", goes on with entry " + cause.getRequestEntry());
  }

  private String hash() {
    return Numbers.hex(entry.getStateHash(), Long.BYTES);
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

  /**
   * @param caches facts about context cache and IOTLB too
   */
  List<String> text(boolean caches) {
    var lines = new ArrayList<String>();
    lines.add(
        HEAD.formatted(
            stored.sequenceNumber(),
            Times.text(entry.getTimeUnixNanos()),
            entry.getIncarnation(),
            cause(entry.getCause()),
            stored.payloadBytes(),
            hash()));
    if (entry.hasCachesEmptySince()) {
      lines.add("  caches empty since entry " + entry.getCachesEmptySince());
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

  Map<String, Object> json() {
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
    return Json.object(
        "sequenceNumber", stored.sequenceNumber(),
        "time", Times.text(entry.getTimeUnixNanos()),
        "incarnation", entry.getIncarnation(),
        "modelVersion", entry.getModelVersion(),
        "cause", cause(entry.getCause()),
        "payloadBytes", stored.payloadBytes(),
        "cachesEmptySince", entry.hasCachesEmptySince() ? entry.getCachesEmptySince() : null,
        "softBefore", entry.getSoftBeforeList().stream().map(Wire::fields).toList(),
        "operations", operations,
        "facts", request.isEmpty() ? fields(facts, 0) : null,
        "stateHash", hash());
  }

  private static List<Map<String, Object>> fields(Map<Integer, List<Record>> facts, int operation) {
    return facts.getOrDefault(operation, List.of()).stream().map(RecordView::fields).toList();
  }
}
