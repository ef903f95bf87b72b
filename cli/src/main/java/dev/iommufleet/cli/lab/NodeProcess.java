package dev.iommufleet.cli.lab;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** A node in a process of its own, started as this process was. */
public final class NodeProcess implements AutoCloseable {
  private static final Pattern READY =
      Pattern.compile("ready grpc=(\\S+):(\\d+) http=(\\S+):(\\d+) data=.*");
  private static final long START_SECONDS = 120;
  private static final long STOP_SECONDS = 60;

  private final Process process;
  private final Path log;
  private final Thread reaper;
  private String host;
  private int port;
  private int httpPort;

  private NodeProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    reaper = new Thread(process::destroyForcibly, "reaper");
    Runtime.getRuntime().addShutdownHook(reaper);
  }

  /**
   * How a node is started.
   *
   * @param prefix of the command line, as {@code ip netns exec NAME}; usually empty
   * @param jvm options of the JVM, behind those of this process
   * @param options of the command {@code node}
   * @param log what the node writes on standard error is added there
   */
  public record Launch(List<String> prefix, List<String> jvm, List<String> options, Path log) {}

  /**
   * A node with an embedded journal; returns when it serves.
   *
   * @param port 0: any free one
   */
  public static NodeProcess start(Path data, int port, Path log) {
    return start(data, port, log, List.of());
  }

  /** The same with further options of the command {@code node}. */
  public static NodeProcess start(Path data, int port, Path log, List<String> options) {
    var all = new ArrayList<String>(List.of("--data", data.toString()));
    all.addAll(List.of("--grpc-port", Integer.toString(port), "--http-port", "0"));
    all.addAll(options);
    return start(new Launch(List.of(), List.of(), all, log));
  }

  /** Returns when the node serves. */
  public static NodeProcess start(Launch launch) {
    var node = begin(launch);
    node.awaitReady();
    return node;
  }

  /** Returns at once; {@link #awaitReady} must follow. Nodes that wait for each other need it. */
  public static NodeProcess begin(Launch launch) {
    try {
      var builder = new ProcessBuilder(command(launch));
      builder.redirectError(ProcessBuilder.Redirect.appendTo(launch.log.toFile()));
      return new NodeProcess(builder.start(), launch.log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> command(Launch launch) {
    var command = new ArrayList<>(launch.prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(launch.jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.add("node");
    command.addAll(launch.options);
    return command;
  }

  /** Returns when the node serves. */
  public void awaitReady() {
    var line = CompletableFuture.supplyAsync(this::firstLine);
    try {
      var ready = READY.matcher(line.get(START_SECONDS, TimeUnit.SECONDS));
      if (!ready.matches()) {
        throw failed("it said something else than 'ready'");
      }
      host = ready.group(1);
      port = Integer.parseInt(ready.group(2));
      httpPort = Integer.parseInt(ready.group(4));
    } catch (TimeoutException e) {
      throw failed("it was not ready after %d s".formatted(START_SECONDS));
    } catch (ExecutionException e) {
      throw failed(e.getCause().toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("interrupted");
    }
  }

  private String firstLine() {
    var in =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    try {
      var line = in.readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private CommandException failed(String why) {
    close();
    var last = "";
    try {
      var lines = Files.readAllLines(log);
      last = lines.isEmpty() ? "" : "; its last words: " + lines.getLast();
    } catch (IOException e) {
      last = "; its log cannot be read";
    }
    return CommandException.unreachable("the node did not start: %s%s (log: %s)", why, last, log);
  }

  public String target() {
    return host + ":" + port;
  }

  public int port() {
    return port;
  }

  public int httpPort() {
    return httpPort;
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** SIGSTOP: it stands still and its connections stay open. */
  public void pause() {
    signal("STOP");
  }

  /** SIGCONT. */
  public void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    Commands.run("kill", "-" + name, Long.toString(pid()));
  }

  public long pid() {
    return process.pid();
  }

  /** SIGKILL; returns when the process is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** SIGTERM; returns its exit code. */
  public int stop() {
    process.destroy();
    awaitEnd();
    return process.exitValue();
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      Runtime.getRuntime().removeShutdownHook(reaper);
    } catch (IllegalStateException e) {
      return; // The hook runs already.
    }
  }
}
