package dev.iommufleet.cli;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.FleetClient;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Lists the ids of all entities of a kind. */
public abstract class IdListCommand extends FleetCommand {
  private static final int PAGE = 1_000;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Most ids to print. Default: ${DEFAULT-VALUE}.")
  private int limit;

  /**
   * A part of the list.
   *
   * @param next where the next one begins; empty: there is none
   */
  public record Page(List<String> ids, String next) {}

  /** At most {@code size} ids from {@code token} on; empty: from the first. */
  protected abstract Page page(FleetClient client, int size, String token);

  @Override
  protected final int run(FleetClient client) {
    if (limit < 1) {
      throw CommandException.usage("--limit is %d; 1 and more go", limit);
    }
    var ids = new ArrayList<String>();
    var token = "";
    do {
      var page = page(client, Math.min(PAGE, limit - ids.size()), token);
      ids.addAll(page.ids);
      token = page.next;
    } while (!token.isEmpty() && ids.size() < limit);
    print(ids, !token.isEmpty());
    return DONE;
  }

  private void print(List<String> ids, boolean more) {
    if (print.json()) {
      print.json(Json.object("ids", ids, "more", more));
      return;
    }
    ids.forEach(id -> print.out().println(id));
    print.out().flush();
    if (more) {
      print.err().println("there are more; see --limit");
    }
  }
}
