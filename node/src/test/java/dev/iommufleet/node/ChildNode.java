package dev.iommufleet.node;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.config.Profiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A node in a process of its own, which can be killed. */
final class ChildNode implements AutoCloseable {
  private static final Pattern READY =
      Pattern.compile("ready grpc=(\\S+):(\\d+) http=(\\S+):(\\d+) data=(.+)");

  private final Process process;
  private final BufferedReader out;

  /** As it was told, for a node that does not serve yet. */
  private final int knownHttpPort;

  private int grpcPort;
  private int httpPort;

  private ChildNode(Process process, int knownHttpPort) {
    this.process = process;
    this.knownHttpPort = knownHttpPort;
    this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF));
  }

  /** Serves when it returns; {@code settings} as NAME=VALUE. */
  static ChildNode start(Path data, String... settings) throws IOException {
    var all = new ArrayList<>(List.of(settings));
    all.add("iommu-fleet.node.data-directory=" + data);
    var child = launch(Profiles.EMBEDDED, all);
    child.awaitReady();
    return child;
  }

  /** Begins, and does not wait; {@code settings} as NAME=VALUE. */
  static ChildNode launch(String profile, List<String> settings) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            ChildNode.class.getName(),
            profile));
    command.addAll(settings);
    int http =
        settings.stream()
            .filter(it -> it.startsWith("iommu-fleet.node.http-port="))
            .mapToInt(it -> Integer.parseInt(it.substring(it.indexOf('=') + 1)))
            .findFirst()
            .orElse(0);
    return new ChildNode(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start(), http);
  }

  /** Waits until the process answers over HTTP, serving or not. */
  void awaitDoor() throws InterruptedException {
    for (int attempts = 0; ready() == 0; attempts++) {
      if (attempts > 600) {
        throw new IllegalStateException("no answer on HTTP port " + knownHttpPort);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** Waits until it serves, after it had stopped to. */
  void awaitReadyAgain() throws InterruptedException {
    awaitReady(503);
    awaitReady(200);
  }

  private void awaitReady(int status) throws InterruptedException {
    for (int attempts = 0; ready() != status; attempts++) {
      if (attempts > 1_200) {
        throw new IllegalStateException("/ready does not come to say " + status);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Status of {@code /ready}; 0: no answer. */
  int ready() {
    try {
      var uri = URI.create("http://127.0.0.1:" + knownHttpPort + "/ready");
      var call = (HttpURLConnection) uri.toURL().openConnection();
      call.setConnectTimeout(2_000);
      call.setReadTimeout(2_000);
      return call.getResponseCode();
    } catch (IOException e) {
      return 0;
    }
  }

  /** Waits for the line that says that it serves. */
  void awaitReady() throws IOException {
    var line = out.readLine();
    var ready = READY.matcher(line == null ? "" : line);
    if (!ready.matches()) {
      throw new IOException("the child said '" + line + "' instead of ready");
    }
    grpcPort = Integer.parseInt(ready.group(2));
    httpPort = Integer.parseInt(ready.group(4));
  }

  /** Whether the line is there that says that it serves. */
  boolean hasSaidSomething() throws IOException {
    return out.ready();
  }

  private static final java.nio.charset.Charset UTF = StandardCharsets.UTF_8;

  /** The child's own beginning. */
  public static void main(String[] settings) {
    var overrides = new HashMap<String, Object>();
    overrides.put("iommu-fleet.node.grpc-port", 0);
    overrides.put("iommu-fleet.node.http-port", 0);
    for (var setting : List.of(settings).subList(1, settings.length)) {
      int split = setting.indexOf('=');
      var name = setting.substring(0, split);
      var value = setting.substring(split + 1);
      overrides.put(name, name.endsWith(".seeds") ? List.of(value.split(",")) : value);
    }
    var config = Profiles.load(settings[0], Optional.empty(), overrides);
    System.exit(NodeMain.run(config, System.out, System.err));
  }

  FleetClient connect() {
    return FleetClient.connect("127.0.0.1:" + grpcPort);
  }

  int grpcPort() {
    return grpcPort;
  }

  int httpPort() {
    return httpPort;
  }

  /** Stops it, as a debugger would or a machine that swaps: SIGSTOP. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** SIGCONT. */
  void goOn() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (code != 0) {
      throw new IOException("kill -" + name + " ended with " + code);
    }
  }

  /** The exit code of a child that ends by itself. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the child does not end");
    }
    return process.exitValue();
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM; the exit code. */
  int terminate() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the child did not end within 60 s of SIGTERM");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
