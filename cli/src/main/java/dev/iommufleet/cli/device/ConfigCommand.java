package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.text.Converters;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.client.Devices;
import dev.iommufleet.protocol.api.v1.ConfigRegister;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Reads and writes configuration registers. */
@Command(
    name = "config",
    header = "Show, read or write the configuration registers that an IOMMU matters to.",
    description = {
      "Without REGISTER all are shown. Registers: command (bit 2 bus master), device-control (15"
          + " reset), ats-capability, ats-control (15 enable), pasid-capability, pasid-control (0"
          + " enable), pri-control (0 enable, 1 reset), pri-status, pri-capacity, pri-allocation."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet device config d1",
      "  iommu-fleet device config d1 pri-status",
      "  iommu-fleet device config d1 command 4",
      "  iommu-fleet device config d1 ats-control 0x8000"
    })
final class ConfigCommand extends OneDeviceCommand {
  private static final String PREFIX = "CONFIG_REGISTER_";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "REGISTER",
      description = "Which one, by its name.")
  private String name;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "VALUE",
      converter = Converters.Word.class,
      description = "Written as the guest would; read-only bits stay as they are.")
  private Long value;

  @Override
  int run(Devices devices) {
    if (name == null) {
      var device = devices.get(id);
      if (print.json()) {
        print.json(DevicePrinter.registers(device));
      } else {
        DevicePrinter.registers(device).forEach((it, text) -> print.line("%-17s %s", it, text));
      }
    } else if (value == null) {
      read(devices, register());
    } else {
      write(devices, register());
    }
    return DONE;
  }

  private void read(Devices devices, ConfigRegister register) {
    var text = Numbers.hex(Integer.toUnsignedLong(devices.readConfig(id, register)));
    if (print.json()) {
      print.json(Json.object("register", DevicePrinter.name(register), "value", text));
    } else {
      print.line(text);
    }
  }

  private void write(Devices devices, ConfigRegister register) {
    if (value >>> Integer.SIZE != 0) {
      throw CommandException.usage("value %s; registers have 16 or 32 bits", Numbers.hex(value));
    }
    long entry = devices.writeConfig(id, register, value.intValue());
    if (print.json()) {
      print.json(Json.object("register", DevicePrinter.name(register), "sequenceNumber", entry));
    } else {
      print.line(
          "%s = %s; entry %d",
          DevicePrinter.name(register),
          Numbers.hex(Integer.toUnsignedLong(devices.readConfig(id, register))),
          entry);
    }
  }

  private ConfigRegister register() {
    var wanted = PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
    return Arrays.stream(ConfigRegister.values())
        .filter(it -> isRegister(it) && it.name().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                CommandException.usage(
                    "there is no register '%s'; possible are %s",
                    name,
                    Arrays.stream(ConfigRegister.values())
                        .filter(ConfigCommand::isRegister)
                        .map(DevicePrinter::name)
                        .collect(Collectors.joining(", "))));
  }

  private static boolean isRegister(ConfigRegister register) {
    return register != ConfigRegister.CONFIG_REGISTER_UNSPECIFIED
        && register != ConfigRegister.UNRECOGNIZED;
  }
}
