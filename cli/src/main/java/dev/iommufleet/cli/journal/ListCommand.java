package dev.iommufleet.cli.journal;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.Printer;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.persistence.journal.JournalSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists journals. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    header =
        "List the journals of a data directory: one for each IOMMU and host device that ever was.",
    footerHeading = "%nExample:%n",
    footer = "  iommu-fleet journal list --data ./data --json")
final class ListCommand implements Callable<Integer> {
  @Mixin private Printer print;
  @Mixin private DataOptions data;
  @Mixin private KindOption kind;

  @Override
  public Integer call() {
    try (var journal = data.open()) {
      if (print.json()) {
        var all = new ArrayList<Object>();
        each(journal, it -> all.add(json(it)));
        print.json(Json.object("journals", all));
        return DONE;
      }
      var count = new AtomicLong();
      each(
          journal,
          it -> {
            count.incrementAndGet();
            text(it);
          });
      print.line("%d journals in %s", count.get(), data.name());
      return DONE;
    }
  }

  private void each(JournalReader journal, Consumer<JournalSummary> consumer) {
    journal.summaries(
        it -> {
          if (kind.isWanted(JournalKind.of(it.persistenceId()))) {
            consumer.accept(it);
          }
        });
  }

  private void text(JournalSummary it) {
    print.line(
        "%-6s %-24s %,8d entries %,12d bytes  %s to %s",
        JournalKind.of(it.persistenceId()),
        JournalKind.id(it.persistenceId()),
        it.entries(),
        it.payloadBytes(),
        Instant.ofEpochMilli(it.firstUnixMillis()),
        Instant.ofEpochMilli(it.lastUnixMillis()));
  }

  private static Object json(JournalSummary it) {
    return Json.object(
        "id", JournalKind.id(it.persistenceId()),
        "kind", JournalKind.of(it.persistenceId()).toString(),
        "persistenceId", it.persistenceId(),
        "entries", it.entries(),
        "payloadBytes", it.payloadBytes(),
        "first", Instant.ofEpochMilli(it.firstUnixMillis()).toString(),
        "last", Instant.ofEpochMilli(it.lastUnixMillis()).toString());
  }
}
