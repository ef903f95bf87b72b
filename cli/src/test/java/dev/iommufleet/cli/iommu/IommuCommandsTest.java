package dev.iommufleet.cli.iommu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Ran;
import dev.iommufleet.cli.RunningNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(RunningNode.class)
@DisplayName("iommu commands against a node")
class IommuCommandsTest {

  static Ran iommu(String... words) {
    var all = new ArrayList<>(List.of("iommu"));
    all.addAll(List.of(words));
    all.addAll(List.of("--target", RunningNode.target()));
    return Ran.command(all.toArray(String[]::new));
  }

  static void done(Ran ran) {
    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err() + ran.out());
  }

  @Test
  @DisplayName("get --json holds the contracted fields")
  void getJson() {
    done(iommu("create", "get-json", "--scalable-first-stage", "--device-tlb"));

    var json = iommu("get", "get-json", "--json").json();

    assertEquals("get-json", json.get("id"));
    assertEquals("architecture", json.get("profile"));
    assertEquals(1L, json.get("sequenceNumber"));
    assertTrue(((String) json.get("stateHash")).matches("0x[0-9a-f]{16}"));
    assertEquals(0L, json.get("pasidCacheEntries"));
    assertEquals(0L, json.get("attachedDevices"));
    assertEquals(RunningNode.target(), json.get("node"));
    var capabilities = (Map<?, ?>) json.get("capabilities");
    assertEquals(true, capabilities.get("deviceTlb"));
    assertEquals(20L, capabilities.get("pasidBits"));
  }

  @Test
  @DisplayName("create takes profile, policy, level, quirks and limits")
  void createWithEverything() {
    var created =
        iommu(
            "create",
            "everything",
            "--profile",
            "qemu-11.1",
            "--policy",
            "emulator",
            "--journal-level",
            "full",
            "--no-quirk",
            "IOTLB_IGNORES_DOMAIN",
            "--address-width=39",
            "--no-interrupt-remapping",
            "--caching-mode",
            "--iotlb-entries",
            "16",
            "--device-tlb-timeout-millis",
            "250",
            "--json");

    done(created);
    assertEquals("full", created.json().get("journalLevel"));
    assertEquals(Map.of("deviceTlbMillis", 250L), created.json().get("timeouts"));
    assertFalse(((List<?>) created.json().get("quirks")).contains("IOTLB_IGNORES_DOMAIN"));
    var capabilities = (Map<?, ?>) created.json().get("capabilities");
    assertEquals(39L, capabilities.get("addressWidth"));
    assertEquals(false, capabilities.get("interruptRemapping"));
    assertEquals(true, capabilities.get("cachingMode"));
  }

  @Test
  @DisplayName("a configuration that contradicts itself is refused by name")
  void contradiction() {
    var ran = iommu("create", "contradiction", "--first-stage");

    assertEquals(ExitCode.REFUSED, ran.exitCode());
    assertTrue(ran.err().contains("CONFIG_CONFLICT: firstStage needs scalableMode"), ran.err());
    assertEquals(1, ran.err().strip().lines().count(), ran.err());
  }

  @Test
  @DisplayName("the same creation twice is one; another with the same id is refused")
  void duplicate() {
    done(iommu("create", "twice"));
    done(iommu("create", "twice"));

    var other = iommu("create", "twice", "--caching-mode");

    assertEquals(ExitCode.REFUSED, other.exitCode());
    assertTrue(other.err().contains("IOMMU_EXISTS"), other.err());
  }

  @Test
  @DisplayName("ids with a slash, an emoji, or of nobody are refused")
  void badIds() {
    assertTrue(iommu("create", "a/b").err().contains("refused, BAD_ID"));
    assertTrue(iommu("get", "🦆").err().contains("refused, BAD_ID"));
    assertTrue(iommu("get", "nobody").err().contains("refused, IOMMU_NOT_FOUND"));
    assertEquals(ExitCode.REFUSED, iommu("get", "nobody").exitCode());
  }

  @Test
  @DisplayName("deleting ends it; its id is not used again")
  void delete() {
    done(iommu("create", "short-lived"));
    done(iommu("delete", "short-lived"));

    assertEquals(ExitCode.REFUSED, iommu("get", "short-lived").exitCode());
    assertTrue(iommu("create", "short-lived").err().contains("IOMMU_DELETED"));
    assertFalse(iommu("list").out().lines().anyMatch("short-lived"::equals));
  }

  @Test
  @DisplayName("registers are decoded bit by bit")
  void registers() {
    done(iommu("create", "decoded", "--scalable-second-stage"));

    var text = iommu("registers", "decoded", "ECAP").out();

    assertTrue(text.contains("0x0010  ECAP"), text);
    assertTrue(text.matches("(?s).*\\[ *43\\] SMTS +1 .*"), text);
    var bad = iommu("registers", "decoded", "NOPE");
    assertEquals(ExitCode.USAGE, bad.exitCode());
    assertTrue(bad.err().contains("there is no register 'NOPE'; possible are"), bad.err());
  }

  @Test
  @DisplayName("memory is written and read; a range can be made unreadable")
  void memory(@TempDir Path directory) throws Exception {
    var file = directory.resolve("bytes");
    Files.write(file, new byte[] {1, 2, 3});
    done(iommu("create", "memory"));
    done(iommu("memory", "write", "memory", "0x1000", "0011ff"));
    done(iommu("memory", "write", "memory", "0x1008", "--words", "0x2", "3"));
    done(iommu("memory", "write", "memory", "0x2000", "--file", file.toString()));

    var read = iommu("memory", "read", "memory", "0x1000", "24", "--json");

    assertEquals("0011ff000000000002000000000000000300000000000000", read.json().get("data"));
    done(iommu("memory", "range", "memory", "0x1000", "0x1000", "unreadable"));
    assertEquals(ExitCode.FOUND, iommu("memory", "read", "memory", "0x1000").exitCode());
    assertEquals(ExitCode.USAGE, iommu("memory", "range", "memory", "0", "1", "rom").exitCode());
    var large = iommu("memory", "read", "memory", "0", "65537");
    assertEquals(ExitCode.REFUSED, large.exitCode());
    assertTrue(large.err().contains("LIMIT_EXCEEDED"), large.err());
  }

  @Test
  @DisplayName("a legacy guest: its tables as a tree, its translation, its fault")
  void legacyGuest() {
    done(iommu("create", "guest"));
    done(iommu("memory", "write", "guest", "0x1000", "--words", "0x2001", "0"));
    done(iommu("memory", "write", "guest", "0x2100", "--words", "0x3001", "0x0702"));
    done(iommu("memory", "write", "guest", "0x3000", "--words", "0x4003"));
    done(iommu("memory", "write", "guest", "0x4000", "--words", "0x5003"));
    done(iommu("memory", "write", "guest", "0x5000", "--words", "0x6003"));
    done(iommu("memory", "write", "guest", "0x6000", "--words", "0x100001"));
    done(
        iommu(
            "exec",
            "guest",
            "write RTADDR 0x1000",
            "write GCMD 0x40000000",
            "write GCMD 0x80000000",
            "await register GSTS 0x80000000 0x80000000"));

    var tree = iommu("tables", "guest", "--sid", "00:02.0").out();
    var hit = iommu("translate", "guest", "--sid", "0x10", "--iova", "0x123");
    var denied = iommu("translate", "guest", "--sid", "0x10", "--iova", "0x123", "--write");
    var faults = iommu("faults", "guest");

    assertTrue(tree.contains("0x0000000000000000 -> 0x100000 r- 1 x 4 KiB"), tree);
    assertTrue(hit.out().startsWith("0x123 -> 0x100123"), hit.out());
    assertEquals(ExitCode.FOUND, denied.exitCode());
    assertTrue(denied.out().contains("0x05 WRITE_DENIED"), denied.out());
    assertTrue(faults.out().contains("#0 00:02.0 write page 0x0: 0x05"), faults.out());
    assertTrue(iommu("contexts", "guest").out().contains("00:02.0 domain 7"));
  }

  @Test
  @DisplayName("qi: a queue that is off is said; --setup makes one; descriptors run to their wait")
  void qi() {
    done(iommu("create", "queue", "--scalable-first-stage"));

    var off = iommu("qi", "queue", "wait");
    var ran =
        iommu("qi", "queue", "--setup", "0x8000", "cc-d 00:02.0 fm=0", "pc did=5 pasid=3", "wait");
    var queue = iommu("queue", "queue").out();

    assertEquals(ExitCode.USAGE, off.exitCode());
    assertTrue(off.err().contains("--setup"), off.err());
    done(ran);
    assertTrue(ran.out().contains("write-kind=wait-status"), ran.out());
    assertTrue(ran.out().contains("done: 3 descriptors executed"), ran.out());
    assertTrue(queue.contains("pc did=5 pasid=3"), queue);
  }

  @Test
  @DisplayName("qi: a reserved bit stops the queue, and the command names the descriptor")
  void qiError() {
    done(iommu("create", "stopped"));

    var ran =
        iommu("qi", "stopped", "--setup", "0x8000", "cc-g", "raw 0x8000000000000001 0", "wait");

    assertEquals(ExitCode.FOUND, ran.exitCode(), ran.err());
    assertTrue(ran.out().contains("descriptor 2 (\"raw 0x8000000000000001 0\")"), ran.out());
    assertTrue(ran.out().contains("IQEI 4"), ran.out());
    assertTrue(ran.out().contains("correct what lies at 0x8010, then clear FSTS"), ran.out());
    var text = iommu("qi", "stopped", "cc-x");
    assertEquals(ExitCode.USAGE, text.exitCode());
    assertTrue(text.err().contains("descriptor 1 (\"cc-x\")"), text.err());
  }

  @Test
  @DisplayName("queue: a queue that a late device stopped says so")
  void queueTimedOut() {
    done(iommu("create", "late", "--device-tlb"));
    done(iommu("exec", "late", "attach-function 00:02.0"));
    iommu("qi", "late", "--setup", "0x8000", "dtlb 00:02.0 all", "wait");
    done(iommu("exec", "late", "expire-invalidations 00:02.0"));

    var queue = iommu("queue", "late").out();

    assertTrue(queue.contains("ITE, a device-TLB invalidation timed out"), queue);
  }

  @Test
  @DisplayName("qi: a device that owes an answer parks the queue, and the command says whose")
  void qiParked() {
    done(iommu("create", "parked", "--device-tlb"));
    done(iommu("exec", "parked", "attach-function 00:02.0"));

    var ran =
        iommu(
            "qi",
            "parked",
            "--setup",
            "0x8000",
            "dtlb 00:02.0 all",
            "wait",
            "--deadline-millis",
            "50");
    var completed = iommu("exec", "parked", "complete-invalidation 00:02.0 0x1");

    assertEquals(ExitCode.FOUND, ran.exitCode(), ran.err());
    assertTrue(ran.out().contains("parked at descriptor 1"), ran.out());
    assertTrue(ran.out().contains("waiting for 00:02.0"), ran.out());
    done(completed);
    assertTrue(iommu("get", "parked").out().contains("not parked"));
  }

  @Test
  @DisplayName("exec takes JSON, and an await that is not met is exit code 1")
  void exec(@TempDir Path directory) throws Exception {
    var file = directory.resolve("operations.json");
    Files.writeString(
        file,
        "[{\"kind\":\"write-register\",\"offset\":\"FEDATA\",\"value\":18},"
            + "{\"kind\":\"read-register\",\"offset\":\"FEDATA\"}]");
    done(iommu("create", "exec"));

    var json = iommu("exec", "exec", "--file", file.toString(), "--json").json();
    var unmet = iommu("exec", "exec", "await register FEDATA 0xff 0x13 0");

    var replies = (List<?>) json.get("results");
    assertEquals("0x12", ((Map<?, ?>) ((Map<?, ?>) replies.get(1)).get("reply")).get("value"));
    assertEquals(ExitCode.FOUND, unmet.exitCode());
    var bad = iommu("exec", "exec", "read GSTS", "read");
    assertEquals(ExitCode.USAGE, bad.exitCode());
    assertTrue(bad.err().contains("operation 2: offset= is missing"), bad.err());
    assertTrue(iommu("exec", "exec", "read 0x3 4").exitCode() != ExitCode.OUR_FAILURE);
  }

  @Test
  @DisplayName("watch prints what the journal holds, and ends when it caught up")
  void watch() {
    done(iommu("create", "watched"));
    done(iommu("qi", "watched", "--setup", "0x8000", "wait"));

    var ran = iommu("watch", "watched", "--from", "1", "--until-caught-up");

    done(ran);
    assertTrue(ran.out().contains("memory-written write-kind=wait-status"), ran.out());
    assertFalse(ran.out().contains("registers-changed"), ran.out());
    var beyond = iommu("watch", "watched", "--from", "99", "--until-caught-up");
    assertEquals(ExitCode.REFUSED, beyond.exitCode());
    assertTrue(beyond.err().contains("BEYOND_END"), beyond.err());
  }

  @Test
  @DisplayName("bad values of options are bad usage")
  void badValues() {
    var sid = iommu("tables", "x", "--sid", "2.0");
    var pasid = iommu("tables", "x", "--sid", "0x10", "--pasid", "0x100000");
    var profile = iommu("create", "x", "--profile", "vax");
    var quirk = iommu("create", "x", "--quirk", "NOPE");
    var from = iommu("watch", "x", "--from", "-5");

    for (var ran : List.of(sid, pasid, profile, quirk, from)) {
      assertEquals(ExitCode.USAGE, ran.exitCode(), ran.err());
    }
    assertTrue(sid.err().contains("a source id is written 00:02.0"), sid.err());
    assertTrue(profile.err().contains("possible are architecture, qemu-11.1"), profile.err());
    assertTrue(quirk.err().contains("there is no quirk 'NOPE'"), quirk.err());
  }

  @Test
  @DisplayName("a target that nobody answers at is exit code 3; one that is none is bad usage")
  void targets() {
    var nobody = Ran.command("iommu", "list", "--target", "localhost:1", "--retry-seconds", "0");
    var none = Ran.command("iommu", "list", "--target", "localhost");

    assertEquals(ExitCode.UNREACHABLE, nobody.exitCode());
    assertTrue(nobody.err().contains("no node answers at localhost:1"), nobody.err());
    assertEquals(ExitCode.USAGE, none.exitCode());
    assertTrue(none.err().contains("HOST:PORT"), none.err());
  }

  @Test
  @DisplayName("a directory in the place of a file, and a number out of range, are bad usage")
  void badUsage(@TempDir Path directory) {
    done(iommu("create", "bad-usage"));

    var exec = iommu("exec", "bad-usage", "--file", directory.toString());
    var memory = iommu("memory", "write", "bad-usage", "0", "--file", directory.toString());
    var pages = iommu("create", "no-pages", "--memory-pages", "-1");

    for (var ran : List.of(exec, memory)) {
      assertEquals(ExitCode.USAGE, ran.exitCode());
      assertTrue(ran.err().contains(directory + " is a directory; a file is needed"), ran.err());
    }
    assertEquals(ExitCode.USAGE, pages.exitCode());
    assertTrue(pages.err().contains("--memory-pages is -1; 1 to 4,194,304 go"), pages.err());
  }

  @Test
  @DisplayName("get --believed lists the rules that rest on no code and no capture")
  void believed() {
    done(iommu("create", "believing"));

    var text = iommu("get", "believing", "--believed");

    assertTrue(text.out().contains("believed       STR-8.5"), text.out());
    assertEquals(
        List.of("STR-8.5"), iommu("get", "believing", "--json").json().get("believedRules"));
  }
}
