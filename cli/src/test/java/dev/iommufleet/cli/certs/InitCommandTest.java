package dev.iommufleet.cli.certs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("certs init")
class InitCommandTest {

  @Test
  @DisplayName("makes a lab, adds to it later, and replaces nothing")
  void makesAndAdds(@TempDir Path lab) {
    var dir = lab.toString();
    assertEquals(ExitCode.DONE, Ran.command("certs", "init", dir).exitCode());
    assertTrue(Files.exists(lab.resolve("nodes/localhost/node.key")));
    assertTrue(Files.exists(lab.resolve("clients/lab/client.key")));

    var more = Ran.command("certs", "init", dir, "--node", "n2.lab,10.0.0.2", "--json");
    assertEquals(ExitCode.DONE, more.exitCode(), more.err());
    assertTrue(more.out().contains("nodes/n2.lab"), more.out());

    var again = Ran.command("certs", "init", dir, "--client", "lab");
    assertEquals(ExitCode.REFUSED, again.exitCode());
    assertTrue(again.err().contains("client.key exists and is not replaced"), again.err());
  }

  @Test
  @DisplayName("refuses names that lead elsewhere, and days beyond reason")
  void badInput(@TempDir Path lab) {
    var dir = lab.toString();
    for (var name : new String[] {"../evil", "a/b", "", "a b"}) {
      assertEquals(
          ExitCode.USAGE, Ran.command("certs", "init", dir, "--node", name).exitCode(), name);
      assertEquals(
          ExitCode.USAGE, Ran.command("certs", "init", dir, "--client", name).exitCode(), name);
    }
    assertEquals(ExitCode.USAGE, Ran.command("certs", "init", dir, "--days", "0").exitCode());
    assertEquals(false, Files.exists(lab.resolve("ca.crt")));
  }
}
