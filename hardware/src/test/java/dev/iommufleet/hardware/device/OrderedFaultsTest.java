package dev.iommufleet.hardware.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.iommufleet.hardware.device.DeviceOperation.CompletionFault;
import dev.iommufleet.hardware.device.DeviceReply.Receipt;
import dev.iommufleet.hardware.device.DeviceReply.Received;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("faults that a device is told to make")
class OrderedFaultsTest {
  private static final Received WITHHELD = new Received(Receipt.WITHHELD, new Report.Withheld(1));

  private final Rig rig = Rig.emulated().ready();

  private void order(CompletionFault fault, int n) {
    rig.execute(new DeviceOperation.FailCompletions(fault, n));
    rig.news();
  }

  private static Command.InvalidateTlb invalidate(int itag) {
    return new Command.InvalidateTlb(itag, 1, false, 0, 0);
  }

  @Test
  @DisplayName("a completion that never comes does not come when asked for again")
  void never() {
    order(CompletionFault.NEVER, 1);

    assertEquals(WITHHELD, rig.next(invalidate(3)));
    assertEquals(WITHHELD, rig.again(invalidate(3)));
    rig.execute(new DeviceOperation.ReleaseCompletions());
    assertEquals(List.of(), rig.reports());
    assertEquals(WITHHELD, rig.again(invalidate(3)));
    assertEquals(Rig.completed(2, 4), rig.next(invalidate(4)), "only one was ordered");
  }

  @Test
  @DisplayName("a late completion comes when it is released")
  void late() {
    order(CompletionFault.LATE, 2);
    assertEquals(WITHHELD, rig.next(invalidate(3)));
    assertEquals(Receipt.WITHHELD, rig.next(invalidate(4)).receipt());
    assertEquals("{1=true, 2=true}", rig.device.view().withheld().toString());
    rig.news();

    rig.execute(new DeviceOperation.ReleaseCompletions());

    assertEquals(
        List.of(new Report.InvalidationCompleted(1, 8), new Report.InvalidationCompleted(2, 16)),
        rig.reports());
    assertEquals("{}", rig.device.view().withheld().toString());
  }

  @Test
  @DisplayName("a completion that comes twice, and one with another tag")
  void twiceAndWrong() {
    order(CompletionFault.DUPLICATED, 1);
    assertEquals(Rig.receipt(Receipt.DONE), rig.next(invalidate(3)));
    assertEquals(
        List.of(new Report.InvalidationCompleted(1, 8), new Report.InvalidationCompleted(0, 8)),
        rig.reports());

    order(CompletionFault.WRONG_TAG, 1);
    assertEquals(new Received(Receipt.WITHHELD, new Report.Withheld(2)), rig.next(invalidate(3)));
    assertEquals(List.of(new Report.InvalidationCompleted(0, 4)), rig.reports());
  }

  @Test
  @DisplayName("a completion that waits for an access comes once; the order is for the next")
  void twiceLater() {
    rig.dma(1, 0x1000, 1, null, DeviceOperation.Mode.ATS);
    rig.translated(1, 0x7000, 1);
    order(CompletionFault.DUPLICATED, 1);

    assertEquals(Rig.receipt(Receipt.DELAYED), rig.next(invalidate(3)));
    rig.accessed(2, (byte) 0);
    assertEquals(List.of(new Report.InvalidationCompleted(1, 8)), rig.reports());
    rig.next(invalidate(4));
    assertEquals(2, rig.reports().size());
  }

  @Test
  @DisplayName("no more completions are withheld than there are tags: the oldest is forgotten")
  void bounded() {
    order(CompletionFault.NEVER, 40);
    for (int i = 0; i < 40; i++) {
      rig.next(invalidate(i % 32));
    }

    assertEquals(32, rig.device.view().withheld().size());
    assertEquals(9, rig.device.view().withheld().keySet().iterator().next());
  }

  @Test
  @DisplayName("a response that is lost leaves its group open")
  void responseLost() {
    rig.requestPage(1, 0x1000, true);
    rig.execute(new DeviceOperation.LoseResponses(1));

    assertEquals(Rig.done(1, 0), rig.next(new Command.Respond(1, 0, 0)));
    assertEquals(1, rig.device.view().groups().size());
    assertEquals(Rig.done(2, 0), rig.next(new Command.Respond(1, 0, 0)));
    assertEquals(0, rig.device.view().groups().size());
  }

  @Test
  @DisplayName("each kind of call into the host can fail at its n-th time")
  void host() {
    var host = Rig.passthrough().ready();
    host.execute(new DeviceOperation.FailHostCall(HostCall.Kind.ATTACH, 2, 16));

    assertEquals(Rig.done(1, 0), host.next(Rig.bind(1, HostFixture.FIRST)));
    assertEquals(Rig.done(2, -16), host.next(Rig.bind(2, HostFixture.FIRST)));
    assertEquals(Rig.done(3, 0), host.next(Rig.bind(2, HostFixture.FIRST)));
    host.execute(new DeviceOperation.FailHostCall(HostCall.Kind.DETACH, 1, 16));
    assertEquals(Rig.done(4, -16), host.next(new Command.Unbind(1, false)));
    assertEquals("[1]", host.device.view().undetached().toString());
    host.execute(new DeviceOperation.FailHostCall(HostCall.Kind.FREE, 1, 16));
    assertEquals(Rig.done(5, 0), host.next(new Command.Unbind(2, false)));
    assertEquals("[]", host.device.view().undetached().toString());
    assertEquals("[1000]", host.device.view().unfreed().toString());
    assertEquals(true, host.device.view().waitsForPoll());
    host.execute(new DeviceOperation.Poll());
    assertEquals(false, host.device.view().waitsForPoll());
    assertEquals("[]", host.device.view().unfreed().toString());
    assertEquals(1, host.device.view().objects().size());
  }

  @Test
  @DisplayName("faults that cannot be are refused")
  void refused() {
    var host = Rig.passthrough();

    assertInstanceOf(
        DeviceReply.Refused.class,
        rig.execute(new DeviceOperation.FailHostCall(HostCall.Kind.FREE, 1, 5)));
    assertInstanceOf(
        DeviceReply.Refused.class,
        host.execute(new DeviceOperation.FailHostCall(HostCall.Kind.FREE, 1, 0)));
    assertInstanceOf(
        DeviceReply.Refused.class,
        host.execute(new DeviceOperation.FailHostCall(HostCall.Kind.FREE, -1, 5)));
    assertInstanceOf(
        DeviceReply.Refused.class,
        rig.execute(new DeviceOperation.FailCompletions(CompletionFault.LATE, -1)));
  }
}
