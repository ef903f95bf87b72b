package dev.iommufleet.hardware.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.device.DeviceFact.OverCause;
import dev.iommufleet.hardware.device.DeviceReply.Reason;
import dev.iommufleet.hardware.device.DeviceReply.Receipt;
import dev.iommufleet.hardware.device.DeviceReply.Received;
import dev.iommufleet.hardware.device.HostDevice.Owed;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("an attachment begins and ends; its epoch never comes back")
class AttachmentTest {
  private static final DeviceOperation.Attach ATTACH = new DeviceOperation.Attach("iommu", 0x10);

  @Test
  @DisplayName("attaching is owed until it is answered, and then nothing is")
  void attach() {
    var rig = Rig.passthrough();

    assertEquals(new DeviceReply.AttachStarted(1), rig.execute(ATTACH));
    assertEquals(AttachState.ATTACHING, rig.device.view().state());
    var wanted =
        new Owed("iommu", 0x10, 1, new Report.Attach(HostFixture.host(HostFixture.FAULTING, 8)));
    assertEquals(List.of(wanted), rig.device.view().owed());
    assertEquals("{0=10}", rig.device.view().attachments().toString());

    rig.execute(new DeviceOperation.AttachAnswered(1, true));
    assertEquals(AttachState.ATTACHED, rig.device.view().state());
    assertFalse(rig.device.view().busy());
    var twice = assertInstanceOf(DeviceReply.Refused.class, rig.execute(ATTACH));
    assertEquals(Reason.WRONG_STATE, twice.reason());
  }

  @Test
  @DisplayName("a refusal ends it; the next attachment has the next epoch")
  void refused() {
    var rig = Rig.passthrough();
    rig.execute(ATTACH);

    rig.execute(new DeviceOperation.AttachAnswered(1, false));

    assertEquals(AttachState.DETACHED, rig.device.view().state());
    assertEquals(
        List.of(new DeviceFact.AttachmentOver(1, OverCause.REFUSED, false)),
        rig.news(DeviceFact.AttachmentOver.class));
    assertEquals("[]", rig.device.view().objects().toString());
    assertEquals(new DeviceReply.AttachStarted(2), rig.execute(ATTACH));
    rig.execute(new DeviceOperation.AttachAnswered(1, true));
    assertEquals(AttachState.ATTACHING, rig.device.view().state(), "an answer to the first");
  }

  @Test
  @DisplayName("a command shows that the IOMMU accepted")
  void commandAccepts() {
    var rig = Rig.passthrough();
    rig.execute(ATTACH);

    assertEquals(Rig.done(1, 0), rig.next(Rig.bind(1, HostFixture.FIRST)));

    assertEquals(AttachState.ATTACHED, rig.device.view().state());
  }

  @Test
  @DisplayName("leaving is asked for; the command to leave ends it, and is answered ever after")
  void detach() {
    var rig = Rig.passthrough().ready();
    rig.next(Rig.bind(1, HostFixture.FIRST));

    rig.execute(new DeviceOperation.Detach());
    assertEquals(AttachState.DETACHING, rig.device.view().state());
    assertEquals(
        List.of(new Owed("iommu", 0x10, 1, new Report.Detach())), rig.device.view().owed());

    assertEquals(Rig.done(2, 0), rig.next(new Command.Detach()));
    assertEquals(AttachState.DETACHED, rig.device.view().state());
    assertEquals("[]", rig.device.view().objects().toString());
    assertFalse(rig.device.view().busy());
    var again = new Received(Receipt.REPEATED, new Report.Answered(2, 0));
    assertEquals(again, rig.receive(1, 2, 1, new Command.Detach()));
    rig.attach();
    assertEquals(again, rig.receive(1, 2, 1, new Command.Detach()));
    assertEquals(AttachState.ATTACHED, rig.device.view().state());
  }

  @Test
  @DisplayName("leaving without the reference's care leaks what was bound")
  void leak() {
    var rig = Rig.passthrough().ready();
    rig.next(new Command.Bind(1, HostFixture.FIRST, true, false));
    rig.news();

    rig.next(new Command.Detach());

    var closed = rig.news(DeviceFact.HostClosed.class).getFirst();
    assertEquals(List.of(1000), Arrays.stream(closed.left()).boxed().toList());
    assertEquals(2, rig.device.view().objects().size());
    assertEquals("{}", rig.device.view().bindings().toString());
  }

  @Test
  @DisplayName("surprise removal is told until the IOMMU has noted it")
  void removal() {
    var rig = Rig.passthrough().ready();
    rig.next(Rig.bind(1, HostFixture.FIRST));
    rig.reports();

    rig.execute(new DeviceOperation.Remove());

    assertEquals(List.of(new Report.Lost()), rig.reports());
    var lost = List.of(new Owed("iommu", 0x10, 1, new Report.Lost()));
    assertEquals(lost, rig.device.view().owed());
    assertEquals("[]", rig.device.view().objects().toString());
    assertEquals(
        Rig.receipt(Receipt.OTHER_EPOCH), rig.receive(1, 2, 1, new Command.Unbind(1, false)));

    rig.attach();
    assertEquals(2, rig.epoch());
    assertEquals(lost, rig.device.view().owed());
    rig.execute(new DeviceOperation.LossAcknowledged(1));
    assertEquals(List.of(), rig.device.view().owed());
  }

  @Test
  @DisplayName("the IOMMU may say that it is over")
  void ended() {
    var rig = Rig.emulated().ready();

    rig.execute(new DeviceOperation.AttachmentEnded(7));
    assertEquals(AttachState.ATTACHED, rig.device.view().state());
    rig.execute(new DeviceOperation.AttachmentEnded(1));

    assertEquals(AttachState.DETACHED, rig.device.view().state());
  }

  @Test
  @DisplayName("a link that is down without notice makes the device silent, with notice it is lost")
  void link() {
    var rig = Rig.emulated().ready();
    rig.requestPage(1, 0x1000, true);
    rig.execute(new DeviceOperation.SetLink(false, false));

    assertEquals(Rig.receipt(Receipt.LINK_DOWN), rig.next(new Command.Drain()));
    assertEquals(-19, rig.requestPage(1, 0x1000, true).errno());
    assertEquals(List.of(), rig.device.view().owed());
    rig.execute(new DeviceOperation.SetLink(true, false));
    assertEquals(1, rig.device.view().owed().size());
    assertEquals(Rig.receipt(Receipt.DELAYED), rig.again(new Command.Drain()));

    rig.execute(new DeviceOperation.SetLink(false, true));
    assertEquals(AttachState.DETACHED, rig.device.view().state());
    assertEquals(new Report.Lost(), rig.device.view().owed().getFirst().report());
    var refused = assertInstanceOf(DeviceReply.Refused.class, rig.execute(ATTACH));
    assertTrue(refused.message().contains("link"));
  }

  @Test
  @DisplayName("more losses than can be remembered refuse the next attachment")
  void losses() {
    var rig = Rig.emulated();
    for (int i = 0; i < DeviceLimits.MOST_LOSSES; i++) {
      rig.execute(ATTACH);
      rig.execute(new DeviceOperation.Remove());
    }

    var refused = assertInstanceOf(DeviceReply.Refused.class, rig.execute(ATTACH));

    assertEquals(Reason.LIMIT_EXCEEDED, refused.reason());
  }
}
