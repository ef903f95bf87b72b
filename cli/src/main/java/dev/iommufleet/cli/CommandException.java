package dev.iommufleet.cli;

/** Ends the command with one line on standard error and an exit code. */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  private CommandException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** Bad usage or bad input: what is wrong, what is allowed, what to do. */
  public static CommandException usage(String message, Object... arguments) {
    return new CommandException(ExitCode.USAGE, message.formatted(arguments));
  }

  /** The state of what was asked for does not allow it. */
  public static CommandException refused(String message, Object... arguments) {
    return new CommandException(ExitCode.REFUSED, message.formatted(arguments));
  }

  /** The target went away or never was there. */
  public static CommandException unreachable(String message, Object... arguments) {
    return new CommandException(ExitCode.UNREACHABLE, message.formatted(arguments));
  }

  public int exitCode() {
    return exitCode;
  }
}
