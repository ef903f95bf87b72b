package dev.iommufleet.cli.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Ran;
import dev.iommufleet.cli.RunningNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RunningNode.class)
@DisplayName("device commands against a node")
class DeviceCommandsTest {

  private static Ran run(String... words) {
    var all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--target", RunningNode.target()));
    return Ran.command(all.toArray(String[]::new));
  }

  private static Ran done(String... words) {
    var ran = run(words);
    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err() + ran.out());
    return ran;
  }

  private static void refused(String code, Ran ran) {
    assertEquals(ExitCode.REFUSED, ran.exitCode(), ran.err() + ran.out());
    assertTrue(ran.err().contains("refused, " + code + ":"), ran.err());
    assertEquals(1, ran.err().strip().lines().count(), ran.err());
  }

  private static void badUsage(String said, Ran ran) {
    assertEquals(ExitCode.USAGE, ran.exitCode(), ran.err() + ran.out());
    assertTrue(ran.err().contains(said), ran.err());
  }

  /** PASID 3 of 00:02.0 maps 0x7000 to 0x9000. */
  private static void tables(String iommu) {
    done(
        "iommu",
        "exec",
        iommu,
        "mem-write 0x1000 0120000000000000",
        "mem-write 0x2200 0130000000000000",
        "mem-write 0x3000 0140000000000000",
        "mem-write 0x5000 0760000000000000",
        "mem-write 0x6000 0770000000000000",
        "mem-write 0x7000 0780000000000000",
        "mem-write 0x8038 0790000000000000",
        "mem-write 0x9000 00112233",
        "write RTADDR 0x1400",
        "write GCMD 0x40000000",
        "write GCMD 0x80000000",
        "mem-write 0x40c0 410000000000000005000000000000000050000000000000");
  }

  @Test
  @DisplayName("a passed-through device is attached, binds, reads by DMA, and leaves")
  void story() {
    done("iommu", "create", "dev-1", "--scalable-first-stage", "--caching-mode");
    done("device", "create", "story", "--kind", "passthrough");

    var attached = done("device", "attach", "story", "dev-1", "00:02.0");
    tables("dev-1");
    done("iommu", "qi", "dev-1", "--setup", "0x10000", "pc did=5 pasid=3", "wait");
    var bindings = done("device", "bindings", "story");
    var hwpts = done("device", "hwpts", "story", "--json").json();
    done("device", "config", "story", "command", "4");
    done("device", "config", "story", "pasid-control", "1");
    var dma = done("device", "dma", "story", "0x7000", "--length", "4", "--pasid", "3");
    var tlb = done("device", "tlb", "story");
    var blocked = run("device", "dma", "story", "0x7000", "--pasid", "4");
    var detached = done("device", "detach", "story");

    assertEquals("story is attached to dev-1 as 00:02.0, epoch 1\n", attached.out());
    assertTrue(bindings.out().startsWith("PASID 3       first-stage  object "), bindings.out());
    assertEquals(2, ((List<?>) hwpts.get("objects")).size());
    assertEquals("DMA 1: ok, read 00112233\n", dma.out());
    assertTrue(tlb.out().contains("0x7000 -> 0x9000, 0x1000 bytes"), tlb.out());
    assertEquals("DMA 2: blocked\n", blocked.out());
    assertEquals(ExitCode.FOUND, blocked.exitCode());
    assertEquals("story is detached; attachment 1 is over\n", detached.out());
  }

  @Test
  @DisplayName("a passed-through device asks for a page through the host's fault queue")
  void faultQueue() {
    done(
        "iommu",
        "create",
        "dev-4",
        "--scalable-first-stage",
        "--caching-mode",
        "--device-tlb",
        "--page-requests");
    done("device", "create", "asks", "--kind", "passthrough", "--host-siblings", "1");
    done("device", "attach", "asks", "dev-4", "00:02.0");
    tables("dev-4");
    done("iommu", "exec", "dev-4", "mem-write 0x2200 1d30000000000000");
    done("iommu", "qi", "dev-4", "--setup", "0x10000", "pc did=5 pasid=3", "wait");
    done("device", "config", "asks", "command", "4");
    done("device", "config", "asks", "pasid-control", "1");
    done("device", "config", "asks", "ats-control", "0x8000");
    done("device", "config", "asks", "pri-allocation", "8");
    done("device", "config", "asks", "pri-control", "1");

    var sent = done("device", "groups", "asks", "--request", "0x9000", "--pasid", "3");
    var groups = done("device", "groups", "asks");
    var hwpts = done("device", "hwpts", "asks");
    var json = done("device", "hwpts", "asks", "--json").json();
    var prq = done("iommu", "prq", "dev-4");
    done("iommu", "qi", "dev-4", "pgresp 00:02.0 prgi=0 pasid=3 code=0");

    assertEquals("request 1 is sent, group 0\n", sent.out());
    assertEquals(
        "group 0   PASID 3       1 requests, closed, at the host in fault queue 1000, cookie 1\n"
            + "1 groups\n",
        groups.out());
    assertTrue(hwpts.out().contains("queue  1000 1 users, 0 groups not read\n"), hwpts.out());
    assertTrue(hwpts.out().contains("attached for PASID 3, fault queue 1000"), hwpts.out());
    assertTrue(hwpts.out().contains("function:PASID 2:0"), hwpts.out());
    assertEquals(1, ((List<?>) json.get("queues")).size());
    assertTrue(prq.out().contains("0x9000"), prq.out());
    assertEquals("0 groups\n", done("device", "groups", "asks").out());
  }

  @Test
  @DisplayName("the host's kernel can be called for siblings and for objects of one's own")
  void calls() {
    done("iommu", "create", "dev-5", "--scalable-first-stage", "--caching-mode");
    done("device", "create", "calls", "--kind", "passthrough", "--host-siblings", "2");
    done("device", "attach", "calls", "dev-5", "00:02.0");

    assertEquals("queue: 1000\n", done("device", "call", "calls", "queue").out());
    assertEquals(
        "nested 2 10 12 48 0x1000 0 1000: 1001\n",
        done("device", "call", "calls", "nested", "2", "10", "12", "48", "0x1000", "0", "1000")
            .out());
    done("device", "call", "calls", "attach", "2", "3", "1001");
    var other = run("device", "call", "calls", "attach", "3", "3", "10");
    assertEquals("attach 3 3 10: errno 22\n", other.out());
    assertEquals(ExitCode.FOUND, other.exitCode());
    assertEquals("free 1000: errno 16\n", run("device", "call", "calls", "free", "1000").out());
    assertEquals(
        "read 1000 47: errno 29\n", run("device", "call", "calls", "read", "1000", "47").out());
    assertEquals(
        "write 1000 1:0: errno 22\n", run("device", "call", "calls", "write", "1000", "1:0").out());
    refused("BAD_ARGUMENT", run("device", "call", "calls", "attach", "1", "3", "10"));
    refused("WRONG_STATE", run("device", "call", "calls", "free", "10"));
    badUsage("is no call", run("device", "call", "calls", "nonsense"));
    badUsage("the form is: attach", run("device", "call", "calls", "attach", "2"));
    badUsage("the form is: write", run("device", "call", "calls", "write", "1000", "1"));
    refused(
        "CONFIG_CONFLICT",
        run("device", "create", "many", "--kind", "passthrough", "--host-siblings", "8"));
  }

  @Test
  @DisplayName("create without options fits an IOMMU made with --scalable-first-stage")
  void defaults() {
    done("iommu", "create", "dev-2", "--scalable-first-stage");
    done("device", "create", "plain");

    done("device", "attach", "plain", "dev-2", "0x10");

    var json = done("device", "get", "plain", "--json").json();
    assertEquals("emulated", json.get("kind"));
    var attachment = (Map<?, ?>) json.get("attachment");
    assertEquals("attached", attachment.get("state"));
    assertEquals("00:02.0", attachment.get("sourceId"));
    assertTrue(done("device", "list").out().lines().anyMatch("plain"::equals));
    done("device", "detach", "plain", "--surprise");
  }

  @Test
  @DisplayName("what cannot be is refused, or is bad usage, in one line")
  void bad() {
    done("device", "create", "lone", "--kind", "passthrough", "--host-address-width", "39");
    done("iommu", "create", "dev-3", "--scalable-first-stage", "--caching-mode");

    refused("ATTACH_REFUSED", run("device", "attach", "lone", "dev-3", "0x10"));
    refused("IOMMU_NOT_FOUND", run("device", "attach", "lone", "nobody", "0x10"));
    refused("WRONG_STATE", run("device", "detach", "lone"));
    refused("HOST_DEVICE_NOT_FOUND", run("device", "get", "nobody"));
    refused("HOST_DEVICE_EXISTS", run("device", "create", "lone"));
    refused("BAD_ARGUMENT", run("device", "config", "lone", "command", "0x10000"));
    badUsage("no source id", run("device", "attach", "lone", "dev-3", "99:99.9"));
    badUsage("there is no register 'foo'", run("device", "config", "lone", "foo"));
    badUsage("20 bits", run("device", "dma", "lone", "0", "--pasid", "0x100000"));
    badUsage("is no fault", run("device", "inject", "lone", "nonsense"));
    badUsage("the form is: link up|down", run("device", "inject", "lone", "link", "off"));
    assertEquals(ExitCode.FOUND, run("device", "dma", "lone", "0x7000").exitCode());
    assertEquals(ExitCode.FOUND, run("device", "groups", "lone", "--request", "0x7000").exitCode());
    assertEquals("0 groups\n", done("device", "groups", "lone").out());
    done("device", "inject", "lone", "host-call", "attach", "1", "12");
    done("device", "reset", "lone");
    done("device", "delete", "lone");
  }
}
