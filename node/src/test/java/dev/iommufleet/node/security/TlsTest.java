package dev.iommufleet.node.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.client.ClientTls;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.client.UnreachableException;
import dev.iommufleet.config.BadSettingException;
import dev.iommufleet.config.Profiles;
import dev.iommufleet.node.Node;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("TLS")
class TlsTest {
  private static final List<String> HERE = List.of("localhost", "127.0.0.1", "::1");
  private static final int DAYS = 2;

  @TempDir private Path lab;

  @BeforeEach
  void makeLab() {
    var authority = LabAuthority.in(lab, DAYS, Clock.systemUTC());
    authority.node(lab.resolve("node"), HERE, DAYS);
    authority.client(lab.resolve("alice"), "alice", DAYS);
  }

  @Test
  @DisplayName("lets those in whom the lab's authority has signed, and nobody else")
  void clientsNeedCertificates() throws IOException, InterruptedException {
    LabAuthority.in(lab.resolve("elsewhere"), DAYS, Clock.systemUTC())
        .client(lab.resolve("mallory"), "mallory", DAYS);
    Files.copy(
        lab.resolve("ca.crt"),
        lab.resolve("mallory/ca.crt"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.createDirectory(lab.resolve("nobody"));
    Files.copy(lab.resolve("ca.crt"), lab.resolve("nobody/ca.crt"));

    try (var node = Node.start(config(Map.of("tls.directory", lab.resolve("node").toString())))) {
      var target = "localhost:" + node.grpcPort();
      assertEquals(List.of(), list(target, "alice"));
      assertThrows(UnreachableException.class, () -> list(target, "mallory"));
      assertThrows(UnreachableException.class, () -> list(target, "nobody"));
      try (var plain = FleetClient.connect(target, RetryPolicy.NONE)) {
        assertThrows(UnreachableException.class, () -> plain.list(1, ""));
      }
      assertEquals("ready\n", ready(node));
    }
  }

  private List<String> list(String target, String who) {
    var tls = new ClientTls(lab.resolve(who));
    try (var client = FleetClient.connect(target, RetryPolicy.NONE, tls)) {
      return client.list(1, "").getIommuIdsList();
    }
  }

  private String ready(Node node) throws IOException, InterruptedException {
    var context = new TlsFiles(lab.resolve("node")).context();
    try (var http = HttpClient.newBuilder().sslContext(context).build()) {
      var uri = URI.create("https://localhost:" + node.httpPort() + "/ready");
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
  }

  private com.typesafe.config.Config config(Map<String, Object> settings) {
    var overrides = new HashMap<String, Object>();
    settings.forEach((name, value) -> overrides.put("iommu-fleet." + name, value));
    overrides.put("iommu-fleet.node.grpc-port", 0);
    overrides.put("iommu-fleet.node.http-port", 0);
    overrides.put("iommu-fleet.node.data-directory", lab.resolve("data").toString());
    return Profiles.load(Profiles.EMBEDDED, Optional.empty(), overrides);
  }

  @Test
  @DisplayName("is needed beyond loopback, unless somebody says that it is not")
  void beyondLoopback() {
    var refused =
        assertThrows(
            BadSettingException.class, () -> Node.start(config(Map.of("node.host", "0.0.0.0"))));
    assertTrue(refused.getMessage().contains("--insecure"), refused.getMessage());
    var keys = lab.resolve("node").toString();
    Node.start(config(Map.of("node.host", "0.0.0.0", "tls.directory", keys))).close();
  }

  @Test
  @DisplayName("takes no files that are missing, of another authority, or out of date")
  void badFiles() throws IOException {
    var none = lab.resolve("none");
    refused("ca.crt cannot be read", none);
    var foreign = lab.resolve("foreign");
    LabAuthority.in(lab.resolve("elsewhere"), DAYS, Clock.systemUTC()).node(foreign, HERE, DAYS);
    Files.delete(foreign.resolve("ca.crt"));
    Files.copy(lab.resolve("ca.crt"), foreign.resolve("ca.crt"));
    refused("was not signed by", foreign);
    var old = lab.resolve("old");
    var past = Clock.offset(Clock.systemUTC(), java.time.Duration.ofDays(-DAYS - 1));
    LabAuthority.in(lab, DAYS, past).node(old, HERE, DAYS);
    refused("is valid from", old);
    Files.writeString(old.resolve("node.crt"), "no certificate");
    refused("does not begin with a certificate", old);
  }

  private static void refused(String why, Path directory) {
    var now = java.util.Date.from(Clock.systemUTC().instant());
    var refused = assertThrows(TlsException.class, () -> TlsFiles.checked(directory, now));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }

  @Test
  @DisplayName("keys are for their owner alone, and nothing is replaced")
  void filesAreKept() throws IOException {
    for (var key : List.of("ca.key", "node/node.key", "alice/client.key")) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(lab.resolve(key))));
    }
    var before = Files.readString(lab.resolve("ca.crt"));
    var authority = LabAuthority.in(lab, DAYS, Clock.systemUTC());
    assertThrows(TlsException.class, () -> authority.node(lab.resolve("node"), HERE, DAYS));
    assertEquals(before, Files.readString(lab.resolve("ca.crt")));
  }
}
