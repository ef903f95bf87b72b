package dev.iommufleet.simulation.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.HostCall;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Operation;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Histories with one mistake each, and the same without it. */
@DisplayName("A checker of devices and queues sees what it is there for")
class CheckersTest extends Histories {
  // ---- I1 -----------------------------------------------------------------------------------

  @Nested
  @DisplayName("I1")
  class Frames {
    private final Seen mapped = new Seen.Mapped(0, 0, 3, 1);
    private final Seen bound = new Seen.Bound(0, 0, 1, 0);

    private Seen write() {
      byte[] data = new byte[8];
      return iommu(
          reported(new Report.Dma(5, 1, 0x4000_0000L, 8, data)),
          new Operation.Continue(),
          new Fact.PayloadWritten(FRAME_3 + 8, data));
    }

    private Seen submitted(Cover cover) {
      return new Seen.Submitted(0, 1, cover);
    }

    private Cover unmapped() {
      var cover = Cover.nothing();
      cover.frames().add(new Cover.Frame(3, 1));
      return cover;
    }

    @Test
    @DisplayName("a write into a frame after the wait of its unmapping")
    void stale() {
      assertEquals(
          "I1: d0.0 writes with PASID 1 frame 3 of its guest, which a completed wait says is not"
              + " in use any more",
          violation(
              new I1Frames(CONFIG),
              mapped,
              bound,
              submitted(unmapped()),
              iommu(status(1)),
              write()));
      assertNull(
          violation(
              new I1Frames(CONFIG),
              mapped,
              bound,
              submitted(unmapped()),
              write(),
              iommu(status(1))));
    }

    @Test
    @DisplayName("a write through a PASID after the wait of its unbinding")
    void revoked() {
      var cover = Cover.nothing();
      cover.revoked().add(new Cover.Revoked(0, 1, 0));

      assertEquals(
          "I1: d0.0 writes with PASID 1 frame 3 of its guest in an address space that a completed"
              + " wait has taken from it",
          violation(
              new I1Frames(CONFIG), mapped, bound, submitted(cover), iommu(status(1)), write()));
    }

    @Test
    @DisplayName("a translated read that is taken after the wait of its unmapping")
    void read() {
      byte[] tag = {3, 0, 1, 0, 0, 0, 0, 0x5A};
      var question = new Report.Access(5, 1, false, FRAME_3, 8, null);
      Seen asked =
          device(
              EMULATED,
              new DeviceFact.DmaStarted(1, 1, 0, 8, null, DeviceOperation.Mode.ATS),
              new DeviceFact.DmaAsked(1, question, true, 8));
      Seen advanced = device(EMULATED, new DeviceFact.DmaAdvanced(1, 8, tag));

      assertEquals(
          "I1: d0.0 reads with PASID 1 frame 3 of its guest, which a completed wait says is not"
              + " in use any more",
          violation(
              new I1Frames(CONFIG),
              mapped,
              bound,
              asked,
              submitted(unmapped()),
              iommu(status(1)),
              advanced));
    }
  }

  // ---- I2 -----------------------------------------------------------------------------------

  @Nested
  @DisplayName("I2")
  class Waits {
    private final Seen first = new Seen.Submitted(0, 1, Cover.nothing());
    private final Seen second = new Seen.Submitted(0, 2, Cover.nothing());
    private final Seen end = new Seen.Ended(List.of());

    @Test
    @DisplayName("a wait that completes twice")
    void twice() {
      assertEquals(
          "I2: wait 1 of i0 completed, and was not open",
          violation(new I2Waits(CONFIG), first, iommu(status(1)), iommu(status(1))));
    }

    @Test
    @DisplayName("a wait that overtakes another")
    void order() {
      assertEquals(
          "I2: wait 2 of i0 completed before wait 1",
          violation(new I2Waits(CONFIG), first, second, iommu(status(2))));
    }

    @Test
    @DisplayName("a wait that never completes, unless it was discarded or the unit reset")
    void never() {
      Seen discarded = iommu(new Fact.WaitPended(0, 1L << 32 | 5, 0), new Fact.WaitEnded(0, false));

      assertEquals("I2: wait 1 of i0 never completed", violation(new I2Waits(CONFIG), first, end));
      assertNull(violation(new I2Waits(CONFIG), first, discarded, end));
      assertNull(violation(new I2Waits(CONFIG), first, new Seen.Resetting(0), end));
    }

    @Test
    @DisplayName("a host that has not attached what a completed wait promised")
    void host() {
      var cover = Cover.nothing();
      cover.attached().add(new Cover.Attached(1, 1, TABLE));
      Seen attached = iommu(new Fact.DeviceAttached(OTHER_SOURCE, 1, null));
      Seen opened = device(PASSTHROUGH, new DeviceFact.HostOpened());
      Seen nested =
          device(
              PASSTHROUGH,
              new DeviceFact.HostCalled(new HostCall.Allocate(1, 2, 0, 0, 48, TABLE), 0, 1000),
              new DeviceFact.HostCalled(new HostCall.Attach(1, 1, 1000), 0, 0));
      Seen promise = new Seen.Submitted(0, 1, cover);

      assertEquals(
          "I2: the host of d0.1 has table 0 attached for PASID 1, a completed wait promised 100000",
          violation(new I2Hosts(CONFIG), attached, opened, promise, iommu(status(1))));
      assertNull(
          violation(new I2Hosts(CONFIG), attached, opened, promise, nested, iommu(status(1))));
      assertNull(
          violation(
              new I2Hosts(CONFIG),
              attached,
              opened,
              promise,
              new Seen.Changed(0, 1, 1),
              iommu(status(1))));
    }
  }

  // ---- I3 to I6 -----------------------------------------------------------------------------

  @Test
  @DisplayName("I3: a group that ends twice, or never")
  void groups() {
    Seen opened = device(EMULATED, new DeviceFact.GroupOpened(1, 7));
    Seen over = device(EMULATED, new DeviceFact.GroupEnded(7, DeviceFact.GroupCause.RESPONSE, 0));

    assertEquals(
        "I3: group 7 of d0.0 ended twice", violation(new I3Groups(CONFIG), opened, over, over));
    assertEquals(
        "I3: group 7 of d0.0 never ended",
        violation(new I3Groups(CONFIG), opened, new Seen.Ended(List.of())));
  }

  @Nested
  @DisplayName("I4")
  class PageRequests {
    private Fact queued(int slot) {
      return new Fact.MemoryWritten(
          Fact.WriteKind.PAGE_REQUEST, Layout.REQUESTS + slot * 32L, new byte[32], false);
    }

    private Fact answered(int errno) {
      return new Fact.CommandPosted(SOURCE, 1, 0, new Command.PageRequestAnswered(1, errno));
    }

    @Test
    @DisplayName("a request that overwrites another")
    void overwritten() {
      var checker = new I4Requests(CONFIG);
      for (int slot = 0; slot < 127; slot++) {
        checker.see(iommu(queued(slot), answered(0)));
      }

      assertNull(checker.violation());
      assertEquals(
          "I4: i0 overwrote a page request at fe0",
          violation(checker, iommu(queued(127), answered(0))));
    }

    @Test
    @DisplayName("a request that is discarded though there is room, or taken and not written")
    void accounted() {
      assertEquals(
          "I4: i0 discarded a page request though it had room",
          violation(new I4Requests(CONFIG), iommu(answered(-28))));
      assertEquals(
          "I4: i0 took a page request that it did not write",
          violation(new I4Requests(CONFIG), iommu(answered(0))));
    }
  }

  @Nested
  @DisplayName("I5")
  class Edges {
    private final Fact unmasked = new Fact.RegistersChanged(new int[] {0xE0}, new int[] {0});
    private final Fact pending = new Fact.RegistersChanged(new int[] {0xDC}, new int[] {1});
    private final Fact sent =
        new Fact.InterruptSent(Fact.InterruptCause.PAGE_REQUEST, 0xFEE0_2000L, 0x52);

    @Test
    @DisplayName("an edge without an interrupt, an interrupt without an edge")
    void edges() {
      assertEquals(
          "I5: i0 sent 1 page-request interrupts fewer than its status has edges",
          violation(new I5Interrupts(CONFIG), iommu(unmasked), iommu(pending)));
      assertEquals(
          "I5: i0 sent 1 page-request interrupts more than its status has edges",
          violation(new I5Interrupts(CONFIG), iommu(unmasked), iommu(sent)));
      assertNull(violation(new I5Interrupts(CONFIG), iommu(unmasked), iommu(pending, sent)));
    }

    @Test
    @DisplayName("a masked edge that is forgotten when it is unmasked")
    void masked() {
      assertEquals(
          "I5: i0 sent 1 page-request interrupts fewer than its status has edges",
          violation(new I5Interrupts(CONFIG), iommu(pending), iommu(unmasked)));
    }

    @Test
    @DisplayName("requests that nobody serves")
    void unserved() {
      Fact tail = new Fact.RegistersChanged(new int[] {0xC8}, new int[] {0x20});

      assertEquals(
          "I5: page requests of i0 are left from 0 to 20",
          violation(new I5Interrupts(CONFIG), iommu(tail), new Seen.Ended(List.of())));
    }
  }

  @Nested
  @DisplayName("I6")
  class Epochs {
    private final Seen begun = device(EMULATED, new DeviceFact.AttachStarted(1, "i0", SOURCE));
    private final Seen over =
        device(EMULATED, new DeviceFact.AttachmentOver(1, DeviceFact.OverCause.DETACHED, false));

    @Test
    @DisplayName("a command that has an effect behind the end of its attachment")
    void atDevice() {
      var cause =
          new Entry.Cause.Delivered(IOMMU, 1, new Delivery.Posted(1, 0, new Command.Drain()));
      Seen effect = device(EMULATED, cause, new DeviceFact.CommandDone(1, 0));

      assertNull(violation(new I6Epochs(CONFIG), begun, effect));
      assertEquals(
          "I6: Posted[id=1, previous=0, command=Drain[]] of epoch 1 reached d0.0, whose epoch is"
              + " 1, over: CommandDone[id=1, errno=0]",
          violation(new I6Epochs(CONFIG), begun, over, effect));
    }

    @Test
    @DisplayName("a report that has an effect when the attachment is gone")
    void atIommu() {
      Seen effect =
          iommu(
              reported(new Report.Answered(1, 0)),
              new Operation.Continue(),
              new Fact.CommandsEnded(SOURCE, 1));

      assertNull(
          violation(new I6Epochs(CONFIG), iommu(new Fact.DeviceAttached(SOURCE, 1, null)), effect));
      assertEquals(
          "I6: Answered[id=1, errno=0] of d0.0, epoch 1, had an effect on i0, which has epoch 0",
          violation(new I6Epochs(CONFIG), effect));
    }
  }
}
