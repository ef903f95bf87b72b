package dev.iommufleet.cli;

import dev.iommufleet.cli.text.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** What the command did with some arguments. */
public record Ran(int exitCode, String out, String err) {

  public static Ran command(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Ran(exitCode, out.toString(), err.toString());
  }

  public Map<?, ?> json() {
    return (Map<?, ?>) Json.read(out);
  }
}
