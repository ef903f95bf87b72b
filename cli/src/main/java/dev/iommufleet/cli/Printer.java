package dev.iommufleet.cli;

import dev.iommufleet.cli.text.Json;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a command prints, as text for people or as JSON for scripts. */
public final class Printer {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  public boolean json() {
    return json;
  }

  public PrintWriter out() {
    return spec.commandLine().getOut();
  }

  public PrintWriter err() {
    return spec.commandLine().getErr();
  }

  public void line(String text, Object... arguments) {
    out().println(arguments.length == 0 ? text : text.formatted(arguments));
    out().flush();
  }

  /** A tree of maps, lists, strings, numbers, booleans and nulls, over several lines. */
  public void json(Object tree) {
    out().println(Json.pretty(tree));
    out().flush();
  }

  /** The same in one line, for streams. */
  public void jsonLine(Object tree) {
    out().println(Json.compact(tree));
    out().flush();
  }
}
