package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.FleetClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the invalidation queue. */
@Command(
    name = "queue",
    header = "Show head and tail of the invalidation queue and the descriptors around them.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet iommu queue guest-1",
      "  iommu-fleet iommu queue guest-1 --before 32 --json"
    })
final class QueueCommand extends OneIommuCommand {
  private static final int MOST = 1_024;

  @Option(
      names = "--before",
      paramLabel = "N",
      defaultValue = "8",
      description = "Descriptors in front of the head. Default: ${DEFAULT-VALUE}.")
  private int before;

  @Option(
      names = "--after",
      paramLabel = "N",
      defaultValue = "0",
      description = "Descriptors from the tail on. Default: ${DEFAULT-VALUE}.")
  private int after;

  @Override
  protected int run(FleetClient client) {
    if (before < 0 || before > MOST || after < 0 || after > MOST) {
      throw CommandException.usage("--before and --after: 0 to %d go", MOST);
    }
    var looking = Looking.at(client, id);
    var queue = looking.queue();
    var descriptors = queue.around(before, after);
    if (print.json()) {
      var json = queue.json();
      json.put("descriptors", descriptors);
      print.json(Json.object("id", id, "queue", json));
      return DONE;
    }
    queue.json().forEach((name, value) -> print.out().println("%-15s %s".formatted(name, value)));
    if (looking.iommu().hasParked()) {
      print.line(IommuPrinter.parkedText(looking.iommu().getParked()));
    }
    for (var it : descriptors) {
      int index = (int) it.get("index");
      var mark = (index == queue.head() ? "head" : "") + (index == queue.tail() ? " tail" : "");
      print
          .out()
          .println(
              "%9s %5d  %-8s %s"
                  .formatted(mark.strip(), index, it.get("place"), it.get("descriptor")));
    }
    print.out().flush();
    return DONE;
  }
}
