package dev.iommufleet.cli.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Ran;
import dev.iommufleet.cli.RunningNode;
import dev.iommufleet.load.capture.ShippedCaptures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(RunningNode.class)
@DisplayName("capture replay --target")
class RemoteReplayTest {

  private static Path shipped(Path directory, String name) throws IOException {
    var file = directory.resolve(name);
    try (var in = ShippedCaptures.open(name)) {
      Files.copy(in, file);
    }
    return file;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "qtest-iommu-testdev_intel_scalable-flt.jsonl.gz",
        "directed-pri.jsonl.gz",
        "directed-unreadable-tables-legacy.jsonl.gz",
        "kut-intel-iommu-intremaponeimon.jsonl.gz",
        "fuzz-legacy-caching-map-1.jsonl.gz",
        "host-directed-pri.jsonl.gz",
        "host-directed-fail-attach.jsonl.gz",
        "host-fuzz-onecontainer-modes-4-head.jsonl.gz"
      })
  @DisplayName("finds as much to compare as in this process, and no mismatch")
  void sameAsInProcess(String name, @TempDir Path directory) throws IOException {
    var file = shipped(directory, name).toString();

    var local = Ran.command("capture", "replay", file, "--json");
    var remote = Ran.command("capture", "replay", file, "--json", "--target", RunningNode.target());

    assertEquals(ExitCode.DONE, remote.exitCode(), remote.out() + remote.err());
    assertEquals(comparisons(local), comparisons(remote));
    assertTrue(!comparisons(remote).isEmpty());
  }

  private static Map<?, ?> comparisons(Ran ran) {
    var file = (Map<?, ?>) ((List<?>) ran.json().get("files")).getFirst();
    return (Map<?, ?>) file.get("comparisons");
  }

  @Test
  @DisplayName("--iommu names the IOMMU, --keep leaves it; a second replay into it is refused")
  void keep(@TempDir Path directory) throws IOException {
    var file = shipped(directory, "directed-registers.jsonl.gz").toString();
    var words =
        new String[] {
          "capture", "replay", file, "--target", RunningNode.target(), "--iommu", "kept", "--keep"
        };

    var first = Ran.command(words);
    var kept = Ran.command("iommu", "get", "kept", "--json", "--target", RunningNode.target());
    var second = Ran.command(words);

    assertEquals(ExitCode.DONE, first.exitCode(), first.err());
    assertEquals("qemu-11.1", kept.json().get("profile"));
    assertTrue((long) kept.json().get("sequenceNumber") > 1);
    assertEquals(ExitCode.REFUSED, second.exitCode(), second.err());
    assertTrue(second.err().contains("IOMMU kept exists"), second.err());
  }

  @Test
  @DisplayName("nobody at the target is exit code 3, and options that need a target say so")
  void usage(@TempDir Path directory) throws IOException {
    var file = shipped(directory, "directed-registers.jsonl.gz").toString();

    var nobody =
        Ran.command("capture", "replay", file, "--target", "localhost:1", "--retry-seconds", "0");
    var keep = Ran.command("capture", "replay", file, "--keep");

    assertEquals(ExitCode.UNREACHABLE, nobody.exitCode(), nobody.err());
    assertEquals(ExitCode.USAGE, keep.exitCode(), keep.err());
  }
}
