package dev.iommufleet.cli.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.ExitCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A network of the lab")
class NetworkTest {

  @Test
  @DisplayName("loses what goes one way, both ways, and nothing after it healed; or says why not")
  void cutsAndHeals() throws Exception {
    var missing = Network.missing();
    if (missing.isPresent()) {
      var refused = assertThrows(CommandException.class, () -> Network.open(2));
      assertEquals(ExitCode.REFUSED, refused.exitCode());
      assertEquals(missing.get(), refused.getMessage());
      return;
    }
    try (var network = Network.open(2)) {
      assertEquals("passes passes", ways(network));
      network.cut(0, 1);
      assertEquals("lost passes", ways(network));
      network.part(List.of(0), List.of(1));
      assertEquals("lost lost", ways(network));
      network.heal();
      assertEquals("passes passes", ways(network));
    }
  }

  /** Datagrams, which nobody acknowledges: from the first host to the second, and back. */
  private static String ways(Network network) throws IOException, InterruptedException {
    return way(network, 0, 1) + " " + way(network, 1, 0);
  }

  private static String way(Network network, int from, int to)
      throws IOException, InterruptedException {
    var receiver = start(network, to, "receive", network.address(to), "9977");
    receiver.getInputStream().read();
    int sent = start(network, from, "send", network.address(to), "9977").waitFor();
    assertEquals(0, sent);
    return receiver.waitFor() == 0 ? "passes" : "lost";
  }

  private static Process start(Network network, int host, String... arguments) throws IOException {
    var command = new ArrayList<>(network.prefix(host));
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Datagram.class.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
