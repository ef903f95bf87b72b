package dev.iommufleet.cli.lab;

import dev.iommufleet.cli.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Programs of the operating system. */
final class Commands {
  private Commands() {}

  /**
   * Runs a program to its end.
   *
   * @throws CommandException it cannot be started, or says that it failed
   */
  static void run(String... command) {
    failure(command)
        .ifPresent(
            why -> {
              throw CommandException.refused("%s: %s", String.join(" ", command), why);
            });
  }

  /** What went wrong, if something did. */
  static Optional<String> failure(String... command) {
    try {
      var process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
      var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      return code == 0
          ? Optional.empty()
          : Optional.of("exit code %d (%s)".formatted(code, said.strip()));
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }
}
