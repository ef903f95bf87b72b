package dev.iommufleet.node;

import static dev.iommufleet.node.DeviceLab.DEVICES;
import static dev.iommufleet.node.DeviceLab.EMULATED;
import static dev.iommufleet.node.DeviceLab.IOMMU;
import static dev.iommufleet.node.DeviceLab.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.iommufleet.persistence.journal.HostDeviceReplay;
import dev.iommufleet.persistence.journal.HostDeviceVerifier;
import dev.iommufleet.persistence.journal.IommuReplay;
import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.persistence.journal.JournalVerifier;
import dev.iommufleet.persistence.journal.VerifyReport;
import dev.iommufleet.protocol.api.v1.CompletionFault;
import dev.iommufleet.protocol.api.v1.DmaOutcome;
import dev.iommufleet.protocol.api.v1.Fact;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation.FailCompletions;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation.ReleaseCompletions;
import dev.iommufleet.protocol.api.v1.InjectFaultRequest;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.RequestDevicePageRequest;
import dev.iommufleet.protocol.api.v1.StartDmaRequest;
import dev.iommufleet.protocol.api.v1.WriteKind;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A node with devices that is killed again and again")
class DeviceKillTest {
  private static final int WAIT_MILLIS = 20_000;

  /** Group index by device and PASID, as the device was told. */
  private final Map<String, Integer> groups = Collections.synchronizedMap(new TreeMap<>());

  @Test
  @DisplayName("has IOMMU and devices agree again: nothing lost, nothing twice, all answered")
  void agrees(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path data) throws Exception {
    try (var lab = new DeviceLab(data)) {
      lab.boot();

      lab.killDuring(List.of(() -> lab.guest(binds(lab)), write(lab, 0, 9)));
      lab.killDuring(writes(lab));
      lab.killDuring(requests(lab));
      park(lab);
      lab.killAndStart();
      assertEquals(1, lab.devices.get("e").getWithheldCount());
      assertTrue(lab.client.get(IOMMU).hasParked(), "the queue is parked on e");
      lab.killDuring(List.of(() -> release(lab), () -> lab.guest(List.of(lab.lastWait()))));
      lab.killDuring(List.of(() -> lab.guest(responses(lab)), write(lab, 1, 8)));
      lab.killDuring(List.of(() -> lab.guest(rebinds(lab)), () -> lab.devices.detach("d2")));

      assertSettled(lab);
      try (var journal = JournalReader.open(data)) {
        assertVerified(lab, journal);
        assertSameBindings(journal);
        assertOnce(lab, journal);
      }
    }
  }

  // ---- what goes on ------------------------------------------------------------------------

  private static List<Operation> binds(DeviceLab lab) {
    var entries = new ArrayList<Operation>();
    for (int pasid = 1; pasid <= 4; pasid++) {
      entries.add(entry(pasid, 5, true));
    }
    return lab.submitted(
        entries, "pc did=5 pasid=1", "pc did=5 pasid=2", "pc did=5 pasid=3", "pc did=5 pasid=4");
  }

  /** PASID 3 gets another domain, PASID 4 none. */
  private static List<Operation> rebinds(DeviceLab lab) {
    return lab.submitted(
        List.of(entry(3, 6, true), entry(4, 0, false)), "pc did=5 pasid=3", "pc did=5 pasid=4");
  }

  private static List<Runnable> writes(DeviceLab lab) {
    return List.of(write(lab, 0, 1), write(lab, 1, 1), write(lab, 2, 1), write(lab, EMULATED, 1));
  }

  /** Each device has a page of its own; {@code value} tells its writes apart. */
  private static Runnable write(DeviceLab lab, int device, int value) {
    return () -> {
      var dma =
          StartDmaRequest.newBuilder()
              .setDeviceId(DEVICES.get(device))
              .setPasid(1)
              .setIova((device + 1) * 0x1000L + value * 8L)
              .setData(ByteString.copyFrom(new byte[] {(byte) value, (byte) device}))
              .setWaitMillis(WAIT_MILLIS)
              .build();
      var begun = lab.devices.startDma(dma);
      assertEquals(0, begun.getErrno());
      var ended = lab.devices.waitDma(dma.getDeviceId(), begun.getDma(), WAIT_MILLIS);
      // Before PASID 1 is bound nothing is attached for it at the host.
      assertTrue(
          ended.orElseThrow().getOutcome() == DmaOutcome.DMA_OUTCOME_OK
              || value == 9 && ended.get().getOutcome() == DmaOutcome.DMA_OUTCOME_BLOCKED,
          () -> "ended " + ended);
    };
  }

  private List<Runnable> requests(DeviceLab lab) {
    var calls = new ArrayList<Runnable>();
    for (var device : DEVICES) {
      for (int pasid = 1; pasid <= 2; pasid++) {
        calls.add(request(lab, device, pasid));
      }
    }
    return calls;
  }

  private Runnable request(DeviceLab lab, String device, int pasid) {
    return () -> {
      var sent =
          lab.devices.requestPage(
              RequestDevicePageRequest.newBuilder()
                  .setDeviceId(device)
                  .setPasid(pasid)
                  .setAddress(0x9000)
                  .setRead(true)
                  .setLastInGroup(true)
                  .build());
      assertEquals(0, sent.getErrno());
      groups.put(device + " " + pasid, sent.getGroupIndex());
    };
  }

  private static void park(DeviceLab lab) {
    lab.devices.inject(
        InjectFaultRequest.newBuilder()
            .setDeviceId("e")
            .setFailCompletions(
                FailCompletions.newBuilder()
                    .setFault(CompletionFault.COMPLETION_FAULT_LATE)
                    .setN(1))
            .build());
    lab.guest(lab.queued(List.of(), "dtlb 00:05.0 all"));
    var polls = 0;
    while (lab.devices.get("e").getWithheldCount() == 0) {
      assertTrue(polls++ < 10_000, "e withholds nothing");
    }
  }

  private static void release(DeviceLab lab) {
    lab.devices.inject(
        InjectFaultRequest.newBuilder()
            .setDeviceId("e")
            .setReleaseCompletions(ReleaseCompletions.getDefaultInstance())
            .build());
  }

  private List<Operation> responses(DeviceLab lab) {
    var descriptors = new ArrayList<String>();
    for (int i = 0; i < DEVICES.size(); i++) {
      for (int pasid = 1; pasid <= 2; pasid++) {
        int group = groups.get(DEVICES.get(i) + " " + pasid);
        descriptors.add(
            "pgresp %s prgi=%d pasid=%d code=0".formatted(DeviceLab.function(i), group, pasid));
      }
    }
    return lab.submitted(List.of(), descriptors.toArray(String[]::new));
  }

  // ---- what came of it ---------------------------------------------------------------------

  private static void assertSettled(DeviceLab lab) {
    var iommu = lab.client.get(IOMMU);
    assertTrue(!iommu.hasParked(), "parked: " + iommu.getParked());
    assertEquals(3, iommu.getAttachedDevices());
    for (var id : DEVICES) {
      var device = lab.devices.get(id);
      assertEquals(0, device.getOwed(), id);
      assertEquals(0, device.getGroupsCount(), id);
      assertEquals(0, device.getDmasCount(), id);
    }
  }

  private static void assertVerified(DeviceLab lab, JournalReader journal) {
    check(lab, JournalVerifier.verify(journal, "iommu|" + IOMMU));
    var hashes = new TreeMap<Long, Long>();
    journal.entries(
        "iommu|" + IOMMU,
        1,
        Long.MAX_VALUE,
        it -> hashes.put(it.sequenceNumber(), it.message().getStateHash()));
    compare(lab.acknowledged("iommu|" + IOMMU), hashes);
    for (var id : DEVICES) {
      check(lab, HostDeviceVerifier.verify(journal, "device|" + id));
      var own = new TreeMap<Long, Long>();
      journal.entries(
          HostDeviceEntry.class,
          "device|" + id,
          1,
          Long.MAX_VALUE,
          it -> own.put(it.sequenceNumber(), it.message().getStateHash()));
      compare(lab.acknowledged("device|" + id), own);
    }
  }

  private static void check(DeviceLab lab, VerifyReport report) {
    assertEquals(List.of(), report.divergences(), report.persistenceId());
    assertEquals(report.entries(), report.verified());
    assertTrue(
        report.entries() >= lab.acknowledged(report.persistenceId()).lastKey(),
        report.persistenceId());
  }

  /** The hash that was acknowledged with a number is the hash that the journal has there. */
  private static void compare(Map<Long, Long> acknowledged, Map<Long, Long> journaled) {
    acknowledged.forEach((number, hash) -> assertEquals(hash, journaled.get(number), "" + number));
  }

  private static void assertSameBindings(JournalReader journal) {
    long last = journal.summary("iommu|" + IOMMU).orElseThrow().entries();
    var iommu = IommuReplay.at(journal, "iommu|" + IOMMU, last).iommu().view();
    for (int i = 0; i < DEVICES.size(); i++) {
      var id = "device|" + DEVICES.get(i);
      long own = journal.summary(id).orElseThrow().entries();
      var device = HostDeviceReplay.at(journal, id, own).device().view();
      assertEquals(List.of(), iommu.unanswered(DeviceLab.sourceId(i)), id);
      if (i == EMULATED) {
        continue; // It has no host that anything is bound at.
      }
      var bound = new TreeMap<Integer, Integer>();
      iommu
          .bindings(DeviceLab.sourceId(i))
          .forEach(it -> bound.put(it.pasid(), (int) (it.entry()[0] >>> 6 & 7)));
      var held = new TreeMap<Integer, Integer>();
      device.bindings().forEach((pasid, it) -> held.put(pasid, it.type()));

      assertEquals(bound, held, id);
      assertEquals(i == 2 ? Map.of() : Map.of(1, 1, 2, 1, 3, 1), held, id);
      assertEquals(held.size(), device.attachments().size() - (i == 2 ? 0 : 1), id);
    }
  }

  private void assertOnce(DeviceLab lab, JournalReader journal) {
    var facts = new ArrayList<Fact>();
    var written = new ArrayList<Long>();
    journal.entries(
        "iommu|" + IOMMU,
        1,
        Long.MAX_VALUE,
        it -> {
          for (var group : it.message().getFactsList()) {
            facts.addAll(group.getFactsList());
          }
          if (it.message().getCause().hasPeer()) {
            it.message().getFactsList().stream()
                .flatMap(group -> group.getFactsList().stream())
                .filter(Fact::hasPayloadWritten)
                .forEach(fact -> written.add(fact.getPayloadWritten().getAddress()));
          }
        });
    assertEquals(lab.waits(), addresses(facts, WriteKind.WRITE_KIND_WAIT_STATUS), "waits");
    assertEquals(groups.size(), addresses(facts, WriteKind.WRITE_KIND_PAGE_REQUEST), "requests");
    assertEquals(new HashSet<>(written).size(), written.size(), "DMA wrote twice: " + written);
    assertTrue(written.size() >= 4, "written: " + written);
    for (var id : DEVICES) {
      var own = new ArrayList<HostDeviceFact>();
      journal.entries(
          HostDeviceEntry.class,
          "device|" + id,
          1,
          Long.MAX_VALUE,
          it -> own.addAll(it.message().getFactsList()));
      assertEquals(2, count(own, HostDeviceFact::hasGroupEnded), id + ": groups ended");
      assertUnique(own, HostDeviceFact::hasCommandDone, it -> it.getCommandDone().getId());
      assertUnique(own, HostDeviceFact::hasDmaEnded, it -> it.getDmaEnded().getDma());
    }
  }

  /** Each address is written once, and so many are. */
  private static int addresses(List<Fact> facts, WriteKind kind) {
    var addresses =
        facts.stream()
            .filter(it -> it.hasMemoryWritten() && it.getMemoryWritten().getKind() == kind)
            .map(it -> it.getMemoryWritten().getAddress())
            .toList();
    assertEquals(new HashSet<>(addresses).size(), addresses.size(), kind + ": " + addresses);
    return addresses.size();
  }

  private static long count(List<HostDeviceFact> facts, Predicate<HostDeviceFact> which) {
    return facts.stream().filter(which).count();
  }

  private static void assertUnique(
      List<HostDeviceFact> facts,
      Predicate<HostDeviceFact> which,
      Function<HostDeviceFact, Long> id) {
    var ids = facts.stream().filter(which).map(id).toList();
    assertEquals(new HashSet<>(ids).size(), ids.size(), ids.toString());
  }
}
