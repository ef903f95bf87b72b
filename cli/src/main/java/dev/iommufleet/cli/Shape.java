package dev.iommufleet.cli;

import dev.iommufleet.client.CallFailedException;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.client.UnreachableException;
import dev.iommufleet.config.BadSettingException;
import dev.iommufleet.persistence.journal.JournalException;
import dev.iommufleet.persistence.store.DataDirectoryException;
import dev.iommufleet.persistence.store.DatabaseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What all commands have in common: how they parse, how they fail. */
final class Shape {

  /** Set to anything: failures of ours print where they happened. */
  private static final String TRACE = "IOMMU_FLEET_TRACE";

  private record Failure(int exitCode, String message) {}

  private Shape() {}

  static CommandLine of(CommandLine command) {
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.setUsageHelpAutoWidth(true);
    command.setUsageHelpLongOptionsMaxWidth(36);
    command.setAbbreviatedOptionsAllowed(false);
    command.setParameterExceptionHandler(Shape::badUsage);
    command.setExecutionExceptionHandler(Shape::failed);
    return command;
  }

  private static int badUsage(ParameterException e, String[] arguments) {
    var command = e.getCommandLine();
    var name = command.getCommandSpec().qualifiedName();
    command.getErr().println("%s: %s".formatted(name, oneLine(e.getMessage())));
    if (!UnmatchedArgumentException.printSuggestions(e, command.getErr())) {
      command.getErr().println("See '%s --help'.".formatted(name));
    }
    command.getErr().flush();
    return ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine command, ParseResult parsed) {
    var failure = failure(e);
    var name = command.getCommandSpec().qualifiedName();
    command.getErr().println("%s: %s".formatted(name, oneLine(failure.message)));
    if (System.getenv(TRACE) != null) {
      e.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return failure.exitCode;
  }

  private static Failure failure(Exception e) {
    return switch (e) {
      case CommandException known -> new Failure(known.exitCode(), known.getMessage());
      case RefusedException refused ->
          new Failure(
              ExitCode.REFUSED, "refused, %s: %s".formatted(refused.code(), refused.getMessage()));
      case UnreachableException gone -> new Failure(ExitCode.UNREACHABLE, gone.getMessage());
      case CallFailedException call -> new Failure(callFailed(call), call.getMessage());
      case DataDirectoryException data -> new Failure(dataDirectory(data), data.getMessage());
      case DatabaseException database -> new Failure(database(database), database.getMessage());
      case JournalException journal -> new Failure(ExitCode.USAGE, journal.getMessage());
      case BadSettingException setting -> new Failure(ExitCode.USAGE, setting.getMessage());
      case UncheckedIOException io -> new Failure(ExitCode.USAGE, file(io.getCause()));
      case IOException io -> new Failure(ExitCode.USAGE, file(io));
      default ->
          new Failure(
              ExitCode.OUR_FAILURE,
              "this is our failure, please report it: %s (set %s=1 to see where)"
                  .formatted(e, TRACE));
    };
  }

  private static int callFailed(CallFailedException call) {
    return switch (call.status()) {
      case RESOURCE_EXHAUSTED, INVALID_ARGUMENT, OUT_OF_RANGE, CANCELLED -> ExitCode.REFUSED;
      default -> ExitCode.UNREACHABLE;
    };
  }

  private static int dataDirectory(DataDirectoryException e) {
    return switch (e.code()) {
      case MISSING, INACCESSIBLE -> ExitCode.USAGE;
      case LOCKED, CORRUPT, FOREIGN, NEWER_SCHEMA -> ExitCode.REFUSED;
    };
  }

  private static int database(DatabaseException e) {
    return switch (e.code()) {
      case BAD_ADDRESS, MISSING -> ExitCode.USAGE;
      case UNREACHABLE -> ExitCode.UNREACHABLE;
      case NOT_ALLOWED, UNFIT, FOREIGN, NEWER_SCHEMA -> ExitCode.REFUSED;
    };
  }

  private static String file(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "there is no file " + missing.getFile();
      case FileSystemException system ->
          "cannot use %s: %s"
              .formatted(
                  system.getFile(),
                  system.getReason() == null
                      ? system.getClass().getSimpleName()
                      : system.getReason());
      default -> "reading or writing failed: " + e.getMessage();
    };
  }

  private static String oneLine(String message) {
    return message == null ? "no reason given" : message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
