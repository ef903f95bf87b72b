package dev.iommufleet.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The demo")
class DemoTest {

  @Test
  @Tag("gate")
  @DisplayName(
      "four Linux guests go through a kill -9, everything matches, and the journals verify")
  void mainJob(@TempDir Path directory) {
    var data = directory.resolve("data").toString();

    var demo = Ran.command("demo", "--data", data, "--json");
    var verified = Ran.command("journal", "verify", "--data", data, "--json");

    assertEquals(ExitCode.DONE, demo.exitCode(), demo.out() + demo.err());
    var guests = (List<?>) demo.json().get("iommus");
    assertEquals(4, guests.size());
    for (var it : guests) {
      var guest = (Map<?, ?>) it;
      assertEquals(0L, guest.get("mismatches"));
      assertTrue((long) guest.get("comparisons") > 10_000, guest.toString());
    }
    assertTrue(demo.err().contains("killed with SIGKILL"), demo.err());
    assertEquals(ExitCode.DONE, verified.exitCode(), verified.out() + verified.err());
    assertEquals(List.of(), verified.json().get("divergences"));
  }

  @Test
  @DisplayName("a directory that is not empty is left alone")
  void notEmpty(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("mine"), "keep");

    var ran = Ran.command("demo", "--data", directory.toString());

    assertEquals(ExitCode.USAGE, ran.exitCode());
    assertTrue(ran.err().contains("is not empty; name a new directory"), ran.err());
  }
}
