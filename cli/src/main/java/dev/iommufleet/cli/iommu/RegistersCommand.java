package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.OperationText;
import dev.iommufleet.cli.text.RegisterPage;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.hardware.vtd.spec.Register;
import dev.iommufleet.hardware.vtd.spec.RegisterMap;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Decodes the register file. */
@Command(
    name = "registers",
    header = "Show the raw register file bit by bit, and what is latched from it.",
    description = "Looking has no side effect on the IOMMU, unlike a register read of the guest.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet iommu registers guest-1",
      "  iommu-fleet iommu registers guest-1 GSTS FSTS 0x80 --all"
    })
final class RegistersCommand extends OneIommuCommand {
  @Parameters(
      index = "1..*",
      paramLabel = "REGISTER",
      description = "Names or offsets. Default: all registers.")
  private List<String> names = List.of();

  @Option(names = "--all", description = "Show fields that are 0 too.")
  private boolean all;

  @Override
  protected int run(FleetClient client) {
    var registers = names.isEmpty() ? RegisterMap.all() : names.stream().map(this::named).toList();
    var response = client.registers(id);
    var page = RegisterPage.of(response);
    if (print.json()) {
      print.json(
          Json.object(
              "id", id,
              "sequenceNumber", response.getSequenceNumber(),
              "stateHash", IommuPrinter.hash(response.getStateHash()),
              "registers", page.json(registers),
              "latches", page.latchJson()));
      return DONE;
    }
    page.text(registers, all).forEach(print::line);
    if (names.isEmpty()) {
      print.line("latched:");
      page.latchText().forEach(line -> print.line("  " + line));
    }
    return DONE;
  }

  private Register named(String name) {
    try {
      return RegisterMap.at(OperationText.offset(name))
          .orElseThrow(
              () -> CommandException.usage("nothing is at offset %s of the register page", name));
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("%s", e.getMessage());
    }
  }
}
