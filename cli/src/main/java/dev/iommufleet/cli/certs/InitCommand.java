package dev.iommufleet.cli.certs;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Printer;
import dev.iommufleet.node.security.LabAuthority;
import dev.iommufleet.node.security.TlsException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a lab's authority and what it signs. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    header = "Make a lab's certificate authority, and certificates for nodes and clients.",
    description = {
      "In DIR: ca.crt and ca.key (keep the key off the nodes), nodes/NAME with what a node needs"
          + " for --tls, clients/NAME with what a client needs for --tls. An authority that is"
          + " there is used again, so nodes and clients can be added later; no file is ever"
          + " replaced.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet certs init /etc/iommu-fleet",
      "  iommu-fleet certs init lab --node lab1.example,10.0.0.1 --node lab2.example,10.0.0.2"
          + " --client alice",
      "  iommu-fleet node --host 10.0.0.1 --tls lab/nodes/lab1.example",
      "  iommu-fleet iommu list --target 10.0.0.1:8651 --tls lab/clients/alice"
    })
final class InitCommand implements Callable<Integer> {
  private static final List<String> THIS_MACHINE = List.of("localhost,127.0.0.1,::1");
  private static final int DAYS_MOST = 36_500;

  @Mixin private Printer print;

  @Parameters(paramLabel = "DIR", description = "Where everything goes; made if absent.")
  private Path directory;

  @Option(
      names = "--node",
      paramLabel = "NAME[,NAME]…",
      description =
          "A node, by the host names and addresses that others reach it by; the first names its"
              + " directory. Default, without --client: localhost,127.0.0.1,::1.")
  private List<String> nodes = List.of();

  @Option(
      names = "--client",
      paramLabel = "NAME",
      description = "A client. Default, without --node: lab.")
  private List<String> clients = List.of();

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "365",
      description = "How long certificates are valid, 1 to 36500. Default: ${DEFAULT-VALUE}.")
  private int days;

  @Override
  public Integer call() {
    if (days < 1 || days > DAYS_MOST) {
      throw CommandException.usage("--days is %d; 1 to %d go", days, DAYS_MOST);
    }
    boolean usual = nodes.isEmpty() && clients.isEmpty();
    var ofNodes = (usual ? THIS_MACHINE : nodes).stream().map(InitCommand::names).toList();
    var ofClients = usual ? List.of("lab") : clients;
    ofClients.forEach(InitCommand::check);
    try {
      var authority = LabAuthority.in(directory, days, Clock.systemUTC());
      var made = new ArrayList<Path>();
      for (var names : ofNodes) {
        made.add(directory.resolve("nodes").resolve(names.getFirst()));
        authority.node(made.getLast(), names, days);
      }
      for (var name : ofClients) {
        made.add(directory.resolve("clients").resolve(name));
        authority.client(made.getLast(), name, days);
      }
      print(made);
      return ExitCode.DONE;
    } catch (TlsException e) {
      throw CommandException.refused("%s", e.getMessage());
    }
  }

  private static List<String> names(String option) {
    var names = List.of(option.split(","));
    names.forEach(InitCommand::check);
    return names;
  }

  /** The first names a directory. */
  private static void check(String name) {
    if (!name.equals("::1") && !LabAuthority.isName(name)) {
      throw CommandException.usage(
          "'%s' is no host name, address or name of a client: letters, digits, '.', '-', '_', ':'",
          name);
    }
  }

  private void print(List<Path> made) {
    if (print.json()) {
      print.json(
          Map.of(
              "authority",
              directory.resolve("ca.crt").toString(),
              "made",
              made.stream().map(Path::toString).toList()));
      return;
    }
    print.line("authority  %s", directory.resolve("ca.crt"));
    made.forEach(it -> print.line("made       %s", it));
  }
}
