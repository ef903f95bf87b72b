package dev.iommufleet.hardware.device;

import static dev.iommufleet.hardware.device.HostFixture.FIRST;
import static dev.iommufleet.hardware.device.HostFixture.PASS;
import static dev.iommufleet.hardware.device.HostFixture.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.iommufleet.hardware.device.DeviceReply.Receipt;
import dev.iommufleet.hardware.device.DeviceReply.Received;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("numbered commands are executed once and in order, others after those before them")
class CommandOrderTest {
  private final Rig rig = Rig.passthrough().ready();

  @Test
  @DisplayName("a repeated command is answered again and executed once")
  void repeated() {
    assertEquals(Rig.done(1, 0), rig.next(Rig.bind(1, FIRST)));
    assertEquals(
        new Received(Receipt.REPEATED, new Report.Answered(1, 0)), rig.again(Rig.bind(1, FIRST)));

    assertEquals("{0=10, 1=1000}", rig.device.view().attachments().toString());
  }

  @Test
  @DisplayName("what failed is answered with its errno again")
  void failedAgain() {
    rig.execute(new DeviceOperation.FailHostCall(HostCall.Kind.ALLOCATE, 1, 12));

    assertEquals(Rig.done(1, -12), rig.next(Rig.bind(1, FIRST)));
    assertEquals(Rig.done(2, 0), rig.next(Rig.bind(2, FIRST)));

    assertEquals(
        new Received(Receipt.REPEATED, new Report.Answered(1, -12)),
        rig.receive(1, 1, 0, Rig.bind(1, FIRST)));
  }

  @Test
  @DisplayName("a numbered command with one missing before it has no effect")
  void gap() {
    assertEquals(Rig.receipt(Receipt.GAP), rig.receive(1, 3, 2, Rig.bind(1, FIRST)));
    assertEquals(Rig.done(1, 0), rig.receive(1, 1, 0, Rig.bind(1, FIRST)));
    assertEquals(Rig.receipt(Receipt.GAP), rig.receive(1, 3, 2, new Command.Unbind(1, false)));
    assertEquals(Rig.done(2, 0), rig.receive(1, 2, 1, Rig.bind(1, SECOND)));
    assertEquals(Rig.done(5, 0), rig.receive(1, 5, 2, new Command.Unbind(1, false)));

    assertEquals("{0=10}", rig.device.view().attachments().toString());
  }

  @Test
  @DisplayName("an unnumbered command waits for nobody, and may come twice")
  void unnumbered() {
    assertEquals(Rig.done(2, 0), rig.receive(1, 2, 1, Rig.flush(1)), "nothing is bound yet");
    rig.receive(1, 1, 0, Rig.bind(1, FIRST));

    assertEquals(Rig.done(2, 0), rig.receive(1, 2, 1, Rig.flush(1)));
    assertEquals(Rig.done(2, 0), rig.receive(1, 2, 1, Rig.flush(1)));
    assertEquals(Rig.done(3, 0), rig.receive(1, 3, 1, Rig.bind(1, PASS)));
    assertEquals(Rig.done(2, 0), rig.receive(1, 2, 1, Rig.flush(1)), "an old one");
  }

  @Test
  @DisplayName("a command of another attachment has no effect")
  void otherEpoch() {
    assertEquals(Rig.receipt(Receipt.OTHER_EPOCH), rig.receive(2, 1, 0, Rig.bind(1, FIRST)));
    assertEquals(0, rig.device.view().lastDone());
  }

  @Test
  @DisplayName("in the next attachment numbers start anew")
  void anew() {
    rig.next(Rig.bind(1, FIRST));
    rig.next(new Command.Detach());
    rig.attach();

    assertEquals(0, rig.device.view().lastDone());
    assertEquals(Rig.done(1, 0), rig.next(Rig.bind(1, FIRST)));
  }

  @Test
  @DisplayName("an emulated device has nothing to bind")
  void emulated() {
    var emulated = Rig.emulated().ready();

    assertEquals(Rig.done(1, -95), emulated.next(Rig.bind(1, FIRST)));
    assertEquals(Rig.done(2, -95), emulated.next(new Command.Unbind(1, false)));
    assertEquals(Rig.done(3, 0), emulated.next(Rig.flush(1)));
  }

  @Test
  @DisplayName("a flush that the host refuses is answered with its errno")
  void flushFails() {
    rig.next(Rig.bind(1, FIRST));
    rig.execute(new DeviceOperation.FailHostCall(HostCall.Kind.INVALIDATE, 2, 5));

    assertEquals(Rig.done(2, 0), rig.next(Rig.flush(1)));
    assertEquals(Rig.done(3, -5), rig.next(Rig.flush(1)));
    assertEquals(Rig.done(4, 0), rig.next(Rig.flush(1)));
  }

  @Test
  @DisplayName("commands that no IOMMU gives are refused")
  void ids() {
    refused(2, 2, Rig.flush(1));
    refused(0, 0, Rig.flush(1));
    refused(1, 0, Rig.bind(-1, FIRST));
    refused(1, 0, Rig.bind(1, new long[3]));
    refused(1, 0, new Command.Unbind(1 << 20, false));
    refused(1, 0, new Command.InvalidateTlb(32, 1, false, 0, 0));
  }

  private void refused(long id, long previous, Command command) {
    var reply = rig.execute(new DeviceOperation.Receive(1, id, previous, command));

    assertInstanceOf(DeviceReply.Refused.class, reply);
  }
}
