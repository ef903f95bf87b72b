package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.Devices;
import dev.iommufleet.protocol.api.v1.HostDeviceStateKind;
import dev.iommufleet.protocol.api.v1.ListHostDeviceStateResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** Shows a list of a device's state, page by page. */
abstract class StateCommand extends OneDeviceCommand {
  private static final int PAGE = 1_000;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Most rows to print. Default: ${DEFAULT-VALUE}.")
  private int limit;

  /** Rows of one kind, in the node's order. */
  final <T> List<T> all(
      Devices devices,
      HostDeviceStateKind kind,
      Function<ListHostDeviceStateResponse, List<T>> rows) {
    if (limit < 1) {
      throw CommandException.usage("--limit is %d; 1 and more go", limit);
    }
    var all = new ArrayList<T>();
    var page = ListHostDeviceStateResponse.getDefaultInstance();
    do {
      page = devices.state(id, kind, Math.min(PAGE, limit - all.size()), page.getNextPageToken());
      all.addAll(rows.apply(page));
    } while (!page.getNextPageToken().isEmpty() && all.size() < limit);
    if (!page.getNextPageToken().isEmpty()) {
      print.err().println("there are more; see --limit");
    }
    return all;
  }

  /** As JSON under {@code name}, or one a line and how many of {@code what}. */
  final <T> int print(
      String name, String what, List<T> rows, Function<T, Map<String, Object>> json, Row<T> text) {
    if (print.json()) {
      print.json(Json.object("id", id, name, rows.stream().map(json).toList()));
    } else {
      rows.forEach(row -> print.out().println(text.of(row)));
      print.line("%d %s", rows.size(), what);
    }
    return DONE;
  }

  /** A row as text. */
  @FunctionalInterface
  interface Row<T> {
    String of(T row);
  }
}
