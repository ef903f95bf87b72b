package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.tables.Bounds;
import dev.iommufleet.cli.tables.GuestTables;
import dev.iommufleet.cli.text.Converters;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.spec.SourceId;
import dev.iommufleet.protocol.api.v1.ListPasidCacheResponse;
import dev.iommufleet.protocol.api.v1.PasidEntryCached;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows PASID entries, cached and in memory. */
@Command(
    name = "pasids",
    header = "Show PASID entries: what the unit has cached beside what the guest's tables say.",
    description = {
      "same: cached as it is in memory; stale: cached, but memory has another entry or none;"
          + " not cached: in memory only."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet iommu pasids guest-1",
      "  iommu-fleet iommu pasids guest-1 --sid 00:02.0 --json"
    })
final class PasidsCommand extends OneIommuCommand {
  private static final int PAGE = 1_000;

  @Option(
      names = "--sid",
      paramLabel = "SID",
      converter = Converters.Source.class,
      description = "Only this function, as 00:02.0 or 0x10.")
  private Integer sourceId;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Most entries of either kind. Default: ${DEFAULT-VALUE}.")
  private int limit;

  /** Entries of 8 words each; null: none there. */
  private record Both(long[] cached, long[] memory) {

    String state() {
      if (cached == null) {
        return "not cached";
      }
      return memory != null && Arrays.equals(cached, memory) ? "same" : "stale";
    }
  }

  @Override
  protected int run(FleetClient client) {
    if (limit < 1) {
      throw CommandException.usage("--limit is %d; 1 and more go", limit);
    }
    var looking = Looking.at(client, id);
    var entries = new TreeMap<Long, Both>();
    for (var it : looking.tables(Bounds.DEFAULT).pasids(Optional.ofNullable(sourceId), limit)) {
      entries.put(key(it.sourceId(), it.pasid()), new Both(null, it.words()));
    }
    addCached(client, entries);
    print(entries);
    return DONE;
  }

  /** Ascending, requests without PASID first. */
  private static long key(int sourceId, int pasid) {
    return (long) sourceId << Integer.SIZE | pasid + 1;
  }

  private void addCached(FleetClient client, Map<Long, Both> entries) {
    var page = ListPasidCacheResponse.getDefaultInstance();
    int seen = 0;
    do {
      page = client.pasids(id, PAGE, page.getNextPageToken());
      for (PasidEntryCached it : page.getEntriesList()) {
        if (sourceId == null || sourceId == it.getSourceId()) {
          var words = it.getEntryList().stream().mapToLong(Long::longValue).toArray();
          int pasid = it.hasPasid() ? it.getPasid() : Access.NO_PASID;
          int inMemory = it.hasPasid() ? pasid : GuestTables.RID_PASID;
          var memory = entries.get(key(it.getSourceId(), inMemory));
          entries.put(
              key(it.getSourceId(), pasid), new Both(words, memory == null ? null : memory.memory));
        }
      }
      seen += page.getEntriesCount();
    } while (!page.getNextPageToken().isEmpty() && seen < limit);
  }

  private void print(TreeMap<Long, Both> entries) {
    var json = new ArrayList<Map<String, Object>>();
    entries.forEach(
        (key, both) -> {
          var source = SourceId.format((int) (key >>> Integer.SIZE));
          int pasid = key.intValue() - 1;
          if (print.json()) {
            json.add(
                Json.object(
                    "sourceId",
                    source,
                    "pasid",
                    pasid,
                    "state",
                    both.state(),
                    "cached",
                    both.cached == null ? null : GuestTables.text(both.cached),
                    "memory",
                    both.memory == null ? null : GuestTables.text(both.memory)));
          } else {
            print.out().println("%s PASID %-7s %s".formatted(source, name(pasid), text(both)));
          }
        });
    if (print.json()) {
      print.json(Json.object("id", id, "entries", json));
    } else {
      print.line("%d PASID entries", entries.size());
    }
  }

  private static String name(int pasid) {
    return pasid == Access.NO_PASID ? "none" : Integer.toString(pasid);
  }

  private static String text(Both it) {
    return switch (it.state()) {
      case "same" -> "same        " + GuestTables.text(it.cached);
      case "not cached" -> "not cached  " + GuestTables.text(it.memory);
      default ->
          "stale       cached: %s; memory: %s"
              .formatted(
                  GuestTables.text(it.cached),
                  it.memory == null ? "no present entry" : GuestTables.text(it.memory));
    };
  }
}
