package dev.iommufleet.cli.iommu;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.InputFile;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.OperationText;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.protocol.api.v1.Observe;
import dev.iommufleet.protocol.api.v1.Operation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs operations given as text. */
@Command(
    name = "exec",
    header = "Run operations in order, as one request and one journal entry.",
    description = {
      "One operation an argument, or one a line of --file (- for standard input). A line that"
          + " begins with # is a comment. Values go in the order of the form or as name=value. A"
          + " file that begins with [ is a JSON array of objects with \"kind\" and the values by"
          + " name.",
      "Registers are named or given by offset; sizes follow from the name. Source ids are 00:02.0"
          + " or 0x10; without pasid= a request carries no PASID. Exit code 1: an await was not"
          + " met."
    },
    footerHeading = "%nOperations (--forms prints them all):%n",
    footer = {
      "  read GSTS                                   read-register",
      "  write IQT 0x20                              write-register",
      "  mem-write 0x1000 00112233                   write-memory",
      "  range 0x2000 0x1000 unreadable              set-memory-range",
      "  translate 00:02.0 iova=0x1000 access=rw pasid=3",
      "  dma 00:02.0 iova=0x1000 data=00112233",
      "  interrupt 00:02.0 0xfee00018 0x0 record-faults",
      "  await queue-idle 1000",
      "",
      "Examples:",
      "  iommu-fleet iommu exec guest-1 'read GSTS' 'read FSTS'",
      "  iommu-fleet iommu exec guest-1 --file setup.txt --observe facts --json"
    })
final class ExecCommand extends OneIommuCommand {
  /** Far above what the text of a request within the limits takes. */
  private static final int FILE_MOST = 16 << 20;

  /** What the answer holds besides replies. */
  enum Observed {
    REPLIES,
    FACTS,
    TRACES
  }

  @Parameters(
      index = "1..*",
      paramLabel = "OPERATION",
      description = "As in the forms below, each in quotes.")
  private List<String> operations = List.of();

  @Option(names = "--file", paramLabel = "FILE", description = "One operation a line.")
  private Path file;

  @Option(
      names = "--observe",
      paramLabel = "WHAT",
      defaultValue = "REPLIES",
      description = "replies, facts or traces: what is printed of what happened.")
  private Observed observe;

  @Option(
      names = "--forms",
      help = true,
      description = "Print the form of every operation and end.")
  private boolean forms;

  @Spec private CommandSpec spec;

  @Override
  protected int run(FleetClient client) {
    if (forms) {
      OperationText.forms().forEach(form -> print.out().println(form));
      print.out().flush();
      return 0;
    }
    var parsed = file == null ? lines(operations, "operation") : parse(text());
    if (parsed.isEmpty()) {
      throw CommandException.usage(
          "there is no operation; give some as arguments or with --file, see '%s --help'",
          spec.qualifiedName());
    }
    return Executed.run(client, print, id, parsed, Observe.forNumber(observe.ordinal() + 1));
  }

  private String text() {
    return new String(InputFile.bytes(file, FILE_MOST), StandardCharsets.UTF_8);
  }

  private List<Operation> parse(String text) {
    return text.stripLeading().startsWith("[") ? json(text) : lines(text.lines().toList(), "line");
  }

  private static List<Operation> lines(List<String> lines, String unit) {
    var parsed = new ArrayList<Operation>();
    for (int i = 0; i < lines.size(); i++) {
      var line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        try {
          parsed.add(OperationText.parse(line));
        } catch (IllegalArgumentException e) {
          throw CommandException.usage("%s %d: %s", unit, i + 1, e.getMessage());
        }
      }
    }
    return parsed;
  }

  private static List<Operation> json(String text) {
    var parsed = new ArrayList<Operation>();
    try {
      for (Object item : (List<?>) Json.read(text)) {
        if (!(item instanceof Map<?, ?> object)) {
          throw new IllegalArgumentException("an object is needed");
        }
        parsed.add(OperationText.of(object));
      }
      return parsed;
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("operation %d: %s", parsed.size() + 1, e.getMessage());
    }
  }
}
