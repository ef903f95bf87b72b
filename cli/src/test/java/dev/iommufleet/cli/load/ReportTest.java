package dev.iommufleet.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.Ran;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.load.check.Judge;
import dev.iommufleet.load.history.Invocation;
import dev.iommufleet.load.history.Keep;
import dev.iommufleet.load.history.Recorder;
import dev.iommufleet.load.report.Report;
import dev.iommufleet.load.report.Tally;
import dev.iommufleet.protocol.load.v1.FaultHealed;
import dev.iommufleet.protocol.load.v1.FaultInjected;
import dev.iommufleet.protocol.load.v1.HistoryBegan;
import dev.iommufleet.protocol.load.v1.HistoryEnded;
import dev.iommufleet.protocol.load.v1.HistoryRecord;
import dev.iommufleet.protocol.load.v1.Invoked;
import dev.iommufleet.protocol.load.v1.PhaseBegan;
import dev.iommufleet.protocol.load.v1.Recovered;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("what a load came to")
class ReportTest {
  private static final long SECOND = 1_000_000_000L;
  private static final String EVIL = "i</script><img src=x onerror=alert(1)>&'\"{{report}}";

  @TempDir Path directory;

  /** A load of this many seconds, with a fault in its middle. */
  private static Report report(int seconds, double slower) {
    var tally = new Tally();
    var judge = new Judge(null);
    Consumer<HistoryRecord.Builder> both =
        record -> {
          tally.accept(record.build());
          judge.accept(record.build());
        };
    var began =
        HistoryBegan.newBuilder()
            .setScenario(EVIL)
            .setScenarioText("name: " + EVIL)
            .setSeed(7)
            .putVersions("project", "0.1")
            .putMachine("cores", "2");
    both.accept(HistoryRecord.newBuilder().setBegan(began));
    both.accept(HistoryRecord.newBuilder().setPhase(PhaseBegan.newBuilder().setName("steady")));
    var random = new SplittableRandom(7);
    long call = 0;
    for (int second = 0; second < seconds; second++) {
      for (int i = 0; i < 40; i++) {
        long at = second * SECOND + i * SECOND / 40;
        boolean down = second >= seconds / 2 && second < seconds / 2 + 4;
        long took = (long) (slower * (2_000_000 + random.nextInt(3_000_000)));
        one(both, ++call, i % 3 == 0 ? "map" : "dma", at, down ? took * 100 : took, down);
      }
    }
    long middle = seconds / 2 * SECOND;
    var fault = FaultInjected.newBuilder().setFault(1).setKind("kill").setNode("1");
    both.accept(HistoryRecord.newBuilder().setAtNanos(middle).setFault(fault));
    both.accept(
        HistoryRecord.newBuilder()
            .setAtNanos(middle + SECOND)
            .setHealed(FaultHealed.newBuilder().setFault(1)));
    both.accept(
        HistoryRecord.newBuilder()
            .setAtNanos(middle + 4 * SECOND)
            .setRecovered(Recovered.newBuilder().setFault(1).setWithoutServiceNanos(4 * SECOND)));
    both.accept(
        HistoryRecord.newBuilder()
            .setAtNanos(seconds * SECOND)
            .setEnded(HistoryEnded.newBuilder().setRecords(2 * call)));
    return new Report(tally, judge.verdict(), List.of());
  }

  private static void one(
      Consumer<HistoryRecord.Builder> out,
      long call,
      String name,
      long at,
      long took,
      boolean ill) {
    var invoked =
        Invoked.newBuilder()
            .setCall(call)
            .setEntity(EVIL)
            .setGuest("g1")
            .setName(name)
            .setIntendedNanos(at)
            .setOperationCount(3);
    out.accept(HistoryRecord.newBuilder().setAtNanos(at).setInvoked(invoked));
    var end = HistoryRecord.newBuilder().setAtNanos(at + took);
    if (ill && call % 5 == 0) {
      end.getNoAnswerBuilder().setCall(call).setCode("UNREACHABLE");
    } else {
      end.getAnsweredBuilder().setCall(call).setSequenceNumber(call).setStateHash(call);
    }
    out.accept(end);
  }

  @Test
  @DisplayName("a page that needs nothing else and escapes what users named")
  void page() throws Exception {
    var file = directory.resolve("r.html");

    report(60, 1).writeHtml(file);

    var page = Files.readString(file);
    assertFalse(page.contains("<img src=x"), "an id is markup");
    assertTrue(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assertFalse(page.contains("src=\"http"));
    assertFalse(page.contains("{{report}}"), "an id is a place of the template");
    assertFalse(page.contains("{{body}}"));
    assertTrue(page.contains("kill of 1"));
    assertTrue(page.contains("UNREACHABLE"));
    assertTrue(page.contains("default-src 'none'"));
    var copy = System.getProperty("report.copy");
    if (copy != null) {
      Files.copy(file, Path.of(copy));
    }
  }

  @Test
  @DisplayName("of a long run as long as of a short one")
  void bounded() throws Exception {
    var file = directory.resolve("r.html");

    report(4_000, 1).writeHtml(file);

    assertTrue(Files.size(file) < 300_000, () -> "it has " + file.toFile().length() + " bytes");
  }

  @Test
  @DisplayName("JSON in the shape that scripts rely on")
  void json() {
    var json = (Map<?, ?>) Json.read(Json.pretty(report(60, 1).json()));

    assertEquals(
        List.of(
            "operations",
            "acknowledged",
            "lost",
            "duplicated",
            "violations",
            "latency",
            "recoveries",
            "passed"),
        List.copyOf(json.keySet()).subList(0, 8));
    assertEquals(2_400L - 32, json.get("acknowledged"));
    assertEquals(3 * (2_400L - 32), json.get("operations"));
    assertEquals(Map.of(), json.get("violations"));
    assertEquals(true, json.get("passed"));
    var recovery = (Map<?, ?>) ((List<?>) json.get("recoveries")).getFirst();
    assertEquals("kill of 1", recovery.get("fault"));
    assertEquals(4_000L, recovery.get("millis"));
    var map = (Map<?, ?>) ((Map<?, ?>) json.get("latency")).get("map");
    assertTrue(map.keySet().containsAll(List.of("p50", "p99", "p999")));
  }

  @Test
  @DisplayName("two reports, as JSON or page: worse is said, noise is not")
  void compare() throws Exception {
    var before = Files.writeString(directory.resolve("a"), Json.pretty(report(60, 1).json()));
    var same = directory.resolve("b.html");
    report(60, 1.05).writeHtml(same);
    var slower = directory.resolve("c.html");
    report(60, 1.5).writeHtml(slower);

    var noise = Ran.command("load", "compare", before.toString(), same.toString());
    var worse = Ran.command("load", "compare", before.toString(), slower.toString());
    var bad = Ran.command("load", "compare", before.toString(), "/dev/null");

    assertEquals(0, noise.exitCode(), noise.out());
    assertTrue(noise.out().contains("B is not worse"));
    assertEquals(1, worse.exitCode(), worse.out());
    assertTrue(worse.out().contains("WORSE"));
    assertTrue(worse.out().contains("too few requests to tell"));
    assertEquals(2, bad.exitCode());
  }

  @Test
  @DisplayName("a history from its file: judged again, with a violation and its evidence")
  void check() throws Exception {
    var file = directory.resolve("h");
    var recorder = Recorder.open(file, Keep.WHOLE, HistoryBegan.getDefaultInstance(), List.of());
    for (int i = 0; i < 2; i++) {
      long call = recorder.invoked(Invocation.other("g1", "i1", "get", 0));
      recorder.answered(call, 7, 0x10 + i);
    }
    recorder.end(false);

    var ran = Ran.command("load", "check", file.toString());
    var json = Ran.command("load", "check", file.toString(), "--json");
    var none = Ran.command("load", "check", directory.toString());

    assertEquals(1, ran.exitCode(), ran.out());
    assertTrue(ran.out().contains("entry 7 has two states"), ran.out());
    assertEquals(Map.of("I9", 1L), json.json().get("violations"));
    assertEquals(2, none.exitCode());
  }
}
