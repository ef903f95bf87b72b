package dev.iommufleet.cli.demo;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.ColumnData;
import com.github.freva.asciitable.HorizontalAlign;
import dev.iommufleet.cli.Printer;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What came of it.
 *
 * @param restartMillis from the start of the second process until it served
 */
record DemoResult(List<Guest> guests, Path data, long restartMillis, long millis) {

  boolean matched() {
    return guests.stream().allMatch(Guest::matched);
  }

  private static long comparisons(Guest guest) {
    return guest.report().comparisons().values().stream().mapToLong(Long::longValue).sum();
  }

  private static long notCompared(Guest guest) {
    return guest.report().notCompared().values().stream().mapToLong(Long::longValue).sum();
  }

  private static String hash(long hash) {
    return Numbers.hex(hash, Long.BYTES);
  }

  void print(Printer print) {
    if (print.json()) {
      print.json(json());
      return;
    }
    print.out().println(table());
    guests.forEach(guest -> explain(print, guest));
    print.line(summary());
    print.line("Look into it: bin/iommu-fleet journal list --data %s", data);
  }

  private String table() {
    return AsciiTable.getTable(
        AsciiTable.NO_BORDERS,
        guests,
        List.of(
            column("IOMMU", HorizontalAlign.LEFT, Guest::id),
            column("mode", HorizontalAlign.LEFT, Guest::mode),
            column("operations", it -> "%,d".formatted(it.report().operations())),
            column("comparisons", it -> "%,d".formatted(comparisons(it))),
            column("mismatches", it -> "%,d".formatted(it.report().mismatches())),
            column("acknowledged", it -> "entry " + it.before.sequenceNumber()),
            column("PASIDs", it -> Integer.toString(it.before.pasidCacheEntries())),
            column("state hash", it -> hash(it.before.stateHash())),
            column("recovered", it -> "entry " + it.recovered.getSequenceNumber()),
            column("PASIDs", it -> Integer.toString(it.recovered.getPasidCacheEntries())),
            column("state hash", it -> hash(it.recovered.getStateHash())),
            column("in", it -> it.recoveryMillis + " ms")));
  }

  private static ColumnData<Guest> column(
      String header, HorizontalAlign align, Function<Guest, String> value) {
    return new Column().header(header).dataAlign(align).with(value);
  }

  private static ColumnData<Guest> column(String header, Function<Guest, String> value) {
    return new Column().header(header).dataAlign(HorizontalAlign.RIGHT).with(value);
  }

  private static void explain(Printer print, Guest guest) {
    if (guest.failure() != null) {
      print.line("%s: ended with %s", guest.id(), guest.failure().getMessage());
    }
    if (guest.report().error() != null) {
      print.line("%s: %s", guest.id(), guest.report().error());
    }
    guest
        .report()
        .first()
        .forEach(
            it ->
                print.line(
                    "%s: seq %d %s: expected %s, got %s",
                    guest.id(), it.seq(), it.operation(), it.expected(), it.actual()));
    if (!guest.survived()) {
      print.line("%s: what was recovered is not what was acknowledged", guest.id());
    } else if (guest.recovered.getSequenceNumber() > guest.before.sequenceNumber()) {
      print.line(
          "%s: entry %d was written but not yet acknowledged when the node died; its repeat was"
              + " answered from the journal%s",
          guest.id(),
          guest.recovered.getSequenceNumber(),
          notCompared(guest) == 0
              ? ""
              : ", without %d answers that no journal keeps".formatted(notCompared(guest)));
    }
  }

  private String summary() {
    long operations = guests.stream().mapToLong(it -> it.report().operations()).sum();
    long comparisons = guests.stream().mapToLong(DemoResult::comparisons).sum();
    return "%s: %,d operations, %,d comparisons, through a kill -9; the node was back after %.1f s,"
            .formatted(
                matched() ? "Everything matched" : "NOT everything matched",
                operations,
                comparisons,
                restartMillis / 1_000.0)
        + " the whole took %.0f s.".formatted(millis / 1_000.0);
  }

  private Map<String, Object> json() {
    return Json.object(
        "iommus", guests.stream().map(DemoResult::json).toList(),
        "matched", matched(),
        "restartMillis", restartMillis,
        "millis", millis,
        "data", data.toString());
  }

  private static Map<String, Object> json(Guest it) {
    return Json.object(
        "id", it.id(),
        "mode", it.mode(),
        "capture", it.file(),
        "operations", it.report().operations(),
        "comparisons", comparisons(it),
        "notCompared", notCompared(it),
        "mismatches", it.report().mismatches(),
        "acknowledged",
            Json.object(
                "sequenceNumber", it.before.sequenceNumber(),
                "stateHash", hash(it.before.stateHash()),
                "pasidCacheEntries", it.before.pasidCacheEntries()),
        "recovered",
            Json.object(
                "sequenceNumber", it.recovered.getSequenceNumber(),
                "stateHash", hash(it.recovered.getStateHash()),
                "pasidCacheEntries", it.recovered.getPasidCacheEntries()),
        "recoveryMillis", it.recoveryMillis,
        "matched", it.matched());
  }
}
