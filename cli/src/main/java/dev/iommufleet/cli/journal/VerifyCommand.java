package dev.iommufleet.cli.journal;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import dev.iommufleet.cli.Printer;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.persistence.journal.Divergence;
import dev.iommufleet.persistence.journal.HostDeviceVerifier;
import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.persistence.journal.JournalVerifier;
import dev.iommufleet.persistence.journal.VerifyReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Re-executes causes. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    header = "Execute the causes again and hold facts, replies and hashes against the journal.",
    description = {
      "Ends for each journal at its first divergence. Exit code 1: there is one.",
      "The operation is counted in its request, from 0; -1 with --json: the entry as a whole.",
      "With --json and several journals, numbers are sums and stateHash is the exclusive or of all."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet journal verify --data ./data",
      "  iommu-fleet journal verify guest-1 nic-1 --data ./data --json"
    })
final class VerifyCommand implements Callable<Integer> {
  private static final int PAGE = 1_000;

  @Mixin private Printer print;
  @Mixin private DataOptions data;
  @Mixin private KindOption kind;

  @Parameters(
      paramLabel = "ID",
      arity = "0..*",
      description = "IOMMUs and host devices. Default: all.")
  private List<String> ids = List.of();

  @Override
  public Integer call() {
    var reports = new ArrayList<VerifyReport>();
    try (var journal = data.open()) {
      for (var persistenceId : persistenceIds(journal)) {
        var report =
            switch (JournalKind.of(persistenceId)) {
              case IOMMU -> JournalVerifier.verify(journal, persistenceId);
              case DEVICE -> HostDeviceVerifier.verify(journal, persistenceId);
            };
        reports.add(report);
        if (!print.json()) {
          text(report);
        }
      }
    }
    if (print.json()) {
      print.json(json(reports));
    }
    return reports.stream().allMatch(it -> it.divergences().isEmpty()) ? DONE : FOUND;
  }

  private List<String> persistenceIds(JournalReader journal) {
    if (!ids.isEmpty()) {
      return ids.stream().map(it -> kind.find(journal, it).persistenceId()).toList();
    }
    var all = new ArrayList<String>();
    var page = journal.persistenceIds("", PAGE);
    while (!page.isEmpty()) {
      page.stream().filter(it -> kind.isWanted(JournalKind.of(it))).forEach(all::add);
      page = journal.persistenceIds(page.getLast(), PAGE);
    }
    return all;
  }

  private void text(VerifyReport it) {
    print.line(
        "%-6s %-24s %,d of %,d entries verified, state %s",
        JournalKind.of(it.persistenceId()),
        JournalKind.id(it.persistenceId()),
        it.verified(),
        it.entries(),
        Numbers.hex(it.stateHash(), Long.BYTES));
    for (var found : it.divergences()) {
      var operation = found.operation() < 0 ? "" : " operation " + found.operation();
      print.line("  entry %d%s, %s:", found.sequenceNumber(), operation, found.what());
      print.line("    journal   %s", found.journaled());
      print.line("    executed  %s", found.executed());
      print.line("    written by model %s", found.modelVersion());
    }
  }

  private static Map<String, Object> json(List<VerifyReport> reports) {
    long hash = reports.stream().mapToLong(VerifyReport::stateHash).reduce(0, (a, b) -> a ^ b);
    var divergences = new ArrayList<Map<String, Object>>();
    for (var report : reports) {
      report.divergences().forEach(it -> divergences.add(json(report, it)));
    }
    return Json.object(
        "entries", reports.stream().mapToLong(VerifyReport::entries).sum(),
        "verified", reports.stream().mapToLong(VerifyReport::verified).sum(),
        "divergences", divergences,
        "stateHash", Numbers.hex(hash, Long.BYTES),
        "iommus", json(reports, JournalKind.IOMMU),
        "devices", json(reports, JournalKind.DEVICE));
  }

  private static List<Map<String, Object>> json(List<VerifyReport> reports, JournalKind kind) {
    return reports.stream()
        .filter(it -> JournalKind.of(it.persistenceId()) == kind)
        .map(VerifyCommand::json)
        .toList();
  }

  private static Map<String, Object> json(VerifyReport it) {
    return Json.object(
        "id", JournalKind.id(it.persistenceId()),
        "entries", it.entries(),
        "verified", it.verified(),
        "stateHash", Numbers.hex(it.stateHash(), Long.BYTES));
  }

  private static Map<String, Object> json(VerifyReport report, Divergence it) {
    return Json.object(
        "id", JournalKind.id(report.persistenceId()),
        "kind", JournalKind.of(report.persistenceId()).toString(),
        "sequenceNumber", it.sequenceNumber(),
        "operation", it.operation(),
        "what", it.what(),
        "journaled", it.journaled(),
        "executed", it.executed(),
        "modelVersion", it.modelVersion());
  }
}
