package dev.iommufleet.cli.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Ran;
import dev.iommufleet.cli.RunningNode;
import dev.iommufleet.cli.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RunningNode.class)
@DisplayName("journal commands on host devices")
class DeviceJournalCommandsTest {

  private static Ran run(String... words) {
    var all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--target", RunningNode.target()));
    var ran = Ran.command(all.toArray(String[]::new));
    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err() + ran.out());
    return ran;
  }

  @BeforeAll
  static void someHistory() {
    run("iommu", "create", "twin", "--scalable-first-stage", "--caching-mode");
    run("device", "create", "twin");
    run("device", "create", "nic", "--kind", "passthrough");
    run("device", "attach", "nic", "twin", "00:02.0");
    run("device", "config", "nic", "command", "4");
  }

  private static Ran journal(String... words) {
    return JournalCommandsTest.journal(words);
  }

  @Test
  @DisplayName("list names whose journal each is")
  void list() {
    var all = (List<?>) journal("list", "--json").json().get("journals");
    var devices = journal("list", "--kind", "device");

    var twins =
        all.stream()
            .map(it -> (Map<?, ?>) it)
            .filter(it -> it.get("id").equals("twin"))
            .map(it -> it.get("kind"))
            .toList();
    assertEquals(List.of("device", "iommu"), twins);
    assertTrue(devices.out().lines().anyMatch(it -> it.startsWith("device nic ")), devices.out());
    assertTrue(devices.out().lines().noneMatch(it -> it.startsWith("iommu ")), devices.out());
  }

  @Test
  @DisplayName("show prints operation, facts and reply, and what the IOMMU said")
  void show() {
    var attach = journal("show", "nic", "--from", "2", "--to", "3");
    var json =
        (Map<?, ?>) Json.read(journal("show", "nic", "--from", "3", "--to", "3", "--json").out());

    assertEquals(ExitCode.DONE, attach.exitCode(), attach.err());
    assertTrue(attach.out().contains("\n  attach iommu=twin source-id=00:02.0\n"), attach.out());
    assertTrue(attach.out().contains("report={attach host={"), attach.out());
    assertTrue(attach.out().contains("-> attach-started epoch=0x1\n"), attach.out());
    assertTrue(attach.out().contains("message iommu|twin/2.0, "), attach.out());
    assertTrue(attach.out().contains("\n  the IOMMU says accepted\n"), attach.out());
    assertEquals("accepted", json.get("outcome"));
    assertEquals("attach-answered", ((Map<?, ?>) json.get("operation")).get("kind"));
    assertEquals("done", ((Map<?, ?>) json.get("reply")).get("kind"));
  }

  @Test
  @DisplayName("state --at shows attachment, registers and the host's objects as they were")
  void state() {
    var before = journal("state", "nic", "--at", "1");
    var after = journal("state", "nic");
    var json = journal("state", "nic", "--json").json();

    assertTrue(before.out().contains("\ndetached\n"), before.out());
    assertTrue(after.out().contains("\nattached: twin as 00:02.0, epoch 1, "), after.out());
    assertTrue(after.out().contains("\n  command              0x4\n"), after.out());
    assertTrue(after.out().contains("\nobjects\n  id=10 owner=0 "), after.out());
    var live = run("device", "get", "nic", "--json").json();
    assertEquals(live.get("stateHash"), json.get("stateHash"));
    assertEquals(live.get("softHash"), json.get("softHash"));
    assertEquals("twin", ((Map<?, ?>) json.get("attachment")).get("iommu"));
    assertEquals(List.of(), json.get("queues"));
  }

  @Test
  @DisplayName("diff names the values that changed, and the rows that came and went")
  void diff() {
    var ran = journal("diff", "nic", "--from", "1", "--to", "4");
    var same = journal("diff", "nic", "--from", "2", "--to", "2", "--json").json();
    var iommu = journal("diff", "twin", "--kind", "iommu", "--from", "1", "--json").json();
    var beyond = journal("diff", "nic", "--from", "3", "--to", "99");
    var without = journal("diff", "nic");

    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err());
    assertTrue(ran.out().contains("attachment.state: detached -> attached\n"), ran.out());
    assertTrue(ran.out().contains("attachment.iommu: none -> twin\n"), ran.out());
    assertTrue(ran.out().contains("registers.command: 0x0 -> 0x4\n"), ran.out());
    assertTrue(ran.out().contains("+ objects {\"id\":10,"), ran.out());
    assertEquals(List.of(), same.get("changed"));
    var added = (Map<?, ?>) ((List<?>) iommu.get("added")).getFirst();
    assertEquals("devices", added.get("list"));
    assertEquals(ExitCode.USAGE, beyond.exitCode());
    assertTrue(beyond.err().contains("nic has 1 to "), beyond.err());
    assertEquals(ExitCode.USAGE, without.exitCode());
  }

  @Test
  @DisplayName("verify executes a device's causes again, alone or among others")
  void verify() {
    var alone = journal("verify", "nic");
    var json = journal("verify", "nic", "--json").json();

    assertEquals(ExitCode.DONE, alone.exitCode(), alone.err());
    assertTrue(alone.out().startsWith("device nic "), alone.out());
    assertEquals(json.get("entries"), json.get("verified"));
    assertEquals(List.of(), json.get("iommus"));
    assertEquals("nic", ((Map<?, ?>) ((List<?>) json.get("devices")).getFirst()).get("id"));
  }

  @Test
  @DisplayName("an id that an IOMMU and a device have needs --kind; unknown ones say so")
  void badInput() {
    var either = journal("show", "twin");
    var iommu = journal("verify", "twin", "--kind", "iommu");
    var device = journal("verify", "twin", "--kind", "device");
    var other = journal("state", "nic", "--kind", "iommu");
    var beyond = journal("state", "nic", "--at", "99");
    var nonsense = journal("list", "--kind", "host");

    assertEquals(ExitCode.USAGE, either.exitCode());
    assertTrue(either.err().contains("say --kind iommu or --kind device"), either.err());
    assertTrue(iommu.out().startsWith("iommu  twin "), iommu.out());
    assertTrue(device.out().startsWith("device twin "), device.out());
    assertEquals(ExitCode.USAGE, other.exitCode());
    assertTrue(other.err().contains("no journal of an IOMMU 'nic'"), other.err());
    assertEquals(ExitCode.USAGE, beyond.exitCode());
    assertTrue(beyond.err().contains("nic has entries 1 to "), beyond.err());
    assertEquals(ExitCode.USAGE, nonsense.exitCode());
  }
}
