package dev.iommufleet.simulation.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Operation;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Histories with one mistake each, and the same without it. */
@DisplayName("A checker of journals and owners sees what it is there for")
class JournalCheckersTest extends Histories {
  @Test
  @DisplayName("I7: a recovery that forgets what was acknowledged, or has another hash")
  void recovery() {
    Seen acknowledged = new Seen.Answered(answer(1, 5, 105, ""), 0, true);

    assertEquals(
        "I7: i0 recovered to entry 4, and 5 was acknowledged",
        violation(new I7Recovery(CONFIG), acknowledged, new Seen.Recovered(IOMMU, 2, 4, 104)));
    assertEquals(
        "I7: a recovery has hash 0000000000000001 at entry 5 of i0, 0000000000000069 was known",
        violation(new I7Recovery(CONFIG), acknowledged, new Seen.Recovered(IOMMU, 2, 5, 1)));
    assertNull(
        violation(new I7Recovery(CONFIG), acknowledged, new Seen.Recovered(IOMMU, 2, 5, 105)));
  }

  @Test
  @DisplayName("I8: a gap between entries, an entry that counts twice")
  void gapless() {
    var cause = new Entry.Cause.Own("test");

    assertEquals(
        "I8: entry 3 of i0 follows entry 1",
        violation(new I8Gapless(CONFIG), wrote(IOMMU, 1, 1, cause), wrote(IOMMU, 3, 1, cause)));
    assertEquals(
        "I8: the last entry of i0 applied twice changes its state",
        violation(new I8Gapless(CONFIG), new Seen.Replayed(IOMMU, 1, 5, 6, 0)));
  }

  @Test
  @DisplayName("I9: two writers, a word or a write of a node that owns nothing")
  void owner() {
    var cause = new Entry.Cause.Own("test");
    Seen newer = wrote(IOMMU, 1, 2, cause);

    assertEquals(
        "I9: instance 1 of i0 wrote entry 2 after instance 2 had written",
        violation(new I9Owner(CONFIG), newer, wrote(IOMMU, 2, 1, cause)));
    assertEquals(
        "I9: node 0 answered for i0, which it does not own",
        violation(new I9Owner(CONFIG), new Seen.Answered(answer(1, 1, 1, ""), 0, false)));
    assertEquals(
        "I9: node 0 writes for i0, which it does not own",
        violation(new I9Owner(CONFIG), new Seen.Writes(IOMMU, 0, false)));
  }

  @Test
  @DisplayName("I10: two effects, two replies, or a session that was forgotten")
  void once() {
    var cause = new Entry.Cause.Asked(new Message.Id(0, 9));
    Seen first = new Seen.Got(answer(9, 1, 101, ""), true);

    assertEquals(
        "I10: request 0.9 has entries 1 and 2 of i0",
        violation(new I10Once(CONFIG), wrote(IOMMU, 1, 1, cause), wrote(IOMMU, 2, 1, cause)));
    assertEquals(
        "I10: request 0.9 was answered as entry 1 of i0 and as entry 2",
        violation(new I10Once(CONFIG), first, new Seen.Got(answer(9, 2, 102, ""), false)));
    assertEquals(
        "I10: i0 refuses request 0.10, which nobody answered: unknown session",
        violation(
            new I10Once(CONFIG), first, new Seen.Got(answer(10, 1, 1, "unknown session"), true)));
  }

  @Test
  @DisplayName("I10: a DMA that writes twice")
  void dmaOnce() {
    byte[] data = new byte[8];
    Seen write =
        iommu(
            reported(new Report.Dma(5, 1, 0, 8, data)),
            new Operation.Continue(),
            new Fact.PayloadWritten(FRAME_3, data));

    assertEquals(
        "I10: question 5 of d0.0 has entries 1 and 1 of i0",
        violation(new I10Once(CONFIG), write, write));
  }

  @Test
  @DisplayName("I11: a fault that is neither recorded nor counted as lost")
  void faults() {
    Fact detected =
        new Fact.FaultDetected(
            Fact.FaultOutcome.REPORTED,
            new Fact.FaultDetails(false, 0x71, SOURCE, 0, true, false, 0, false, true, 0));

    assertEquals(
        "I11: entry 1 of i0 raised 1 faults and accounts for 0",
        violation(new I11Faults(CONFIG), iommu(detected)));
  }

  @Test
  @DisplayName("I12: a journal that gives another state than its entry says, or than runs")
  void replay() {
    Seen entry = wrote(IOMMU, 1, 1, new Entry.Cause.Own("test"));

    assertEquals(
        "I12: the journal of i0 replayed to entry 1 gives hash 0000000000000007, its entry says"
            + " 0000000000000065",
        violation(new I12Replay(CONFIG), entry, new Seen.Replayed(IOMMU, 1, 7, 7, 0)));
    assertEquals(
        "I12: the journal of i0 replayed to entry 1 gives hash 0000000000000065, what runs has"
            + " 0000000000000007",
        violation(new I12Replay(CONFIG), entry, new Seen.Replayed(IOMMU, 1, 101, 101, 7)));
  }

  @Test
  @DisplayName("at the end: a guest that waits, a DMA that runs, an attachment of one end only")
  void owed() {
    Seen end = new Seen.Ended(List.of());

    assertEquals(
        "owed: the guest of i0 waits for ever",
        violation(new Owed(CONFIG), new Seen.Ended(List.of(0))));
    assertEquals(
        "owed: DMA 4 of d0.0 never ended",
        violation(
            new Owed(CONFIG),
            device(
                EMULATED, new DeviceFact.DmaStarted(4, 1, 0, 8, null, DeviceOperation.Mode.PLAIN)),
            end));
    assertEquals(
        "owed: d0.0 has epoch 0, its IOMMU has 1",
        violation(new Owed(CONFIG), iommu(new Fact.DeviceAttached(SOURCE, 1, null)), end));
  }
}
