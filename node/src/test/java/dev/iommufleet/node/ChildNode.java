package dev.iommufleet.node;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.config.Profiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
  private final int grpcPort;
  private final int httpPort;

  private ChildNode(Process process, int grpcPort, int httpPort) {
    this.process = process;
    this.grpcPort = grpcPort;
    this.httpPort = httpPort;
  }

  /** Serves when it returns; {@code settings} as NAME=VALUE. */
  static ChildNode start(Path data, String... settings) throws IOException {
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
            "iommu-fleet.node.data-directory=" + data));
    command.addAll(List.of(settings));
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF));
    var line = out.readLine();
    var ready = READY.matcher(line == null ? "" : line);
    if (!ready.matches()) {
      throw new IOException("the child said '" + line + "' instead of ready");
    }
    return new ChildNode(
        process, Integer.parseInt(ready.group(2)), Integer.parseInt(ready.group(4)));
  }

  private static final java.nio.charset.Charset UTF = StandardCharsets.UTF_8;

  /** The child's own beginning. */
  public static void main(String[] settings) {
    var overrides = new HashMap<String, Object>();
    overrides.put("iommu-fleet.node.grpc-port", 0);
    overrides.put("iommu-fleet.node.http-port", 0);
    for (var setting : settings) {
      int split = setting.indexOf('=');
      overrides.put(setting.substring(0, split), setting.substring(split + 1));
    }
    var config = Profiles.load(Profiles.EMBEDDED, Optional.empty(), overrides);
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
