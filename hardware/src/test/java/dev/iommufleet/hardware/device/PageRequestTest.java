package dev.iommufleet.hardware.device;

import static dev.iommufleet.hardware.device.ConfigRegister.COMMAND;
import static dev.iommufleet.hardware.device.ConfigRegister.DEVICE_CONTROL;
import static dev.iommufleet.hardware.device.ConfigRegister.PRI_ALLOCATION;
import static dev.iommufleet.hardware.device.ConfigRegister.PRI_CONTROL;
import static dev.iommufleet.hardware.device.ConfigRegister.PRI_STATUS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.iommufleet.hardware.device.DeviceFact.GroupCause;
import dev.iommufleet.hardware.device.DeviceFact.GroupEnded;
import dev.iommufleet.hardware.device.DeviceReply.PageRequested;
import dev.iommufleet.hardware.device.DeviceView.Group;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("page requests of a device, and what is responded to them")
class PageRequestTest {
  private final Rig rig = Rig.emulated().ready();

  private static Report.PageRequested read(
      long number, int pasid, long address, boolean last, int index) {
    return new Report.PageRequested(number, pasid, address, true, false, false, false, last, index);
  }

  private List<Group> groups() {
    return rig.device.view().groups();
  }

  private void respond(int pasid, int index, int code) {
    assertEquals(
        DeviceReply.Receipt.DONE, rig.next(new Command.Respond(pasid, index, code)).receipt());
  }

  @Test
  @DisplayName("requests of a PASID make up a group until its last; each PASID has its own")
  void groupsAreMade() {
    assertEquals(new PageRequested(0, 1, 0), rig.requestPage(1, 0x1000, false));
    assertEquals(new PageRequested(0, 2, 1), rig.requestPage(2, 0x5000, false));
    assertEquals(new PageRequested(0, 3, 0), rig.requestPage(1, 0x2000, true));
    assertEquals(new PageRequested(0, 4, 2), rig.requestPage(1, 0x3000, true));

    assertEquals(
        List.of(
            read(1, 1, 0x1000, false, 0),
            read(2, 2, 0x5000, false, 1),
            read(3, 1, 0x2000, true, 0),
            read(4, 1, 0x3000, true, 2)),
        rig.reports());
    assertEquals(
        List.of(new Group(0, 1, true, 2), new Group(1, 2, false, 1), new Group(2, 1, true, 1)),
        groups());
  }

  @Test
  @DisplayName("a request is told again until the IOMMU has taken or refused it")
  void outbox() {
    rig.requestPage(1, 0x1000, true);
    rig.requestPage(1, 0x2000, true);
    assertEquals(2, rig.device.view().owed().size());

    rig.next(new Command.PageRequestAnswered(1, 0));
    assertEquals(List.of(read(2, 1, 0x2000, true, 1)), rig.device.view().outbox());
    rig.next(new Command.PageRequestAnswered(1, 0));
    rig.next(new Command.PageRequestAnswered(2, 0));

    assertEquals(List.of(), rig.device.view().owed());
    assertEquals(2, groups().size(), "nobody has responded");
  }

  @Test
  @DisplayName("who may not ask is told so at once: bus master, PASID, page requests, link")
  void permissions() {
    rig.write(PRI_CONTROL, 0);
    assertEquals(new PageRequested(-1, 0, 0), rig.requestPage(1, 0x1000, true));
    rig.write(PRI_CONTROL, 1);
    assertEquals(0, rig.requestPage(1, 0x1000, true).errno());
    assertEquals(0, rig.requestPage(Rig.NO_PASID, 0x1000, true).errno());
    rig.write(COMMAND, 0);
    assertEquals(-1, rig.requestPage(1, 0x1000, true).errno());

    var off = Rig.emulated();
    assertEquals(-19, off.requestPage(1, 0x1000, true).errno());
    off.attach();
    off.write(COMMAND, 4);
    off.write(PRI_ALLOCATION, 1);
    off.write(PRI_CONTROL, 1);
    assertEquals(-1, off.requestPage(1, 0x1000, true).errno(), "PASIDs are disabled");
    assertEquals(0, off.requestPage(Rig.NO_PASID, 0x1000, true).errno());
  }

  @Test
  @DisplayName("no more are outstanding than software allows")
  void allocation() {
    rig.write(PRI_CONTROL, 0);
    rig.write(PRI_ALLOCATION, 2);
    rig.write(PRI_CONTROL, 1);
    assertEquals(0, rig.requestPage(1, 0x1000, false).errno());
    assertEquals(0, rig.requestPage(1, 0x2000, true).errno());

    assertEquals(new PageRequested(-28, 0, 0), rig.requestPage(1, 0x3000, true));
    respond(1, 0, 0);
    assertEquals(new PageRequested(0, 3, 1), rig.requestPage(1, 0x3000, true));
  }

  @Test
  @DisplayName("success ends the group; a second response is unexpected and sets status bit 1")
  void success() {
    rig.requestPage(1, 0x1000, true);
    rig.news();

    respond(1, 0, 0);
    assertEquals(List.of(new GroupEnded(0, GroupCause.RESPONSE, 0)), rig.news(GroupEnded.class));
    assertEquals(0x8000, rig.read(PRI_STATUS));
    respond(1, 0, 0);

    assertEquals(
        List.of(new DeviceFact.ResponseUnexpected(1, 0, 0, true)),
        rig.news(DeviceFact.ResponseUnexpected.class));
    assertEquals(0x8002, rig.read(PRI_STATUS));
  }

  @Test
  @DisplayName("a response for another PASID, or without one, is unexpected")
  void otherPasid() {
    rig.requestPage(1, 0x1000, true);

    respond(2, 0, 0);
    respond(Rig.NO_PASID, 0, 0);

    assertEquals(1, groups().size());
    assertEquals(0x8002, rig.read(PRI_STATUS));
  }

  @Test
  @DisplayName("failure disables page requests, sets status bit 0 and ends every group once")
  void failure() {
    rig.requestPage(1, 0x1000, true);
    rig.requestPage(2, 0x1000, false);
    rig.news();

    respond(1, 0, 0xF);

    assertEquals(
        List.of(
            new GroupEnded(0, GroupCause.RESPONSE, 15), new GroupEnded(1, GroupCause.PRI_OFF, 0)),
        rig.news(GroupEnded.class));
    assertEquals(0x8101, rig.read(PRI_STATUS));
    assertEquals(0, rig.read(PRI_CONTROL));
    assertEquals(-1, rig.requestPage(1, 0x1000, true).errno());
    rig.write(PRI_STATUS, 1);
    rig.write(PRI_CONTROL, 1);
    assertEquals(0, rig.requestPage(1, 0x1000, true).errno());
  }

  @Test
  @DisplayName("disabling, function-level reset and leaving end groups; late responses are surplus")
  void ends() {
    rig.requestPage(1, 0x1000, true);
    rig.write(PRI_CONTROL, 0);
    assertEquals(List.of(new GroupEnded(0, GroupCause.PRI_OFF, 0)), rig.news(GroupEnded.class));
    respond(1, 0, 0);
    assertEquals(0x8102, rig.read(PRI_STATUS));

    rig.write(PRI_CONTROL, 1);
    rig.requestPage(1, 0x1000, true);
    rig.write(DEVICE_CONTROL, 0x8000);
    assertEquals(
        List.of(new GroupEnded(1, GroupCause.FUNCTION_RESET, 0)), rig.news(GroupEnded.class));

    var other = Rig.emulated().ready();
    other.requestPage(1, 0x1000, true);
    other.execute(new DeviceOperation.Remove());
    assertEquals(List.of(new GroupEnded(0, GroupCause.DETACHED, 0)), other.news(GroupEnded.class));
    assertEquals(List.of(), other.device.view().outbox());
  }

  @Test
  @DisplayName("a refused last request ends its group, another one does not")
  void refused() {
    rig.requestPage(1, 0x1000, false);
    rig.requestPage(1, 0x2000, true);
    rig.next(new Command.PageRequestAnswered(1, -28));
    assertEquals(1, groups().size());

    rig.next(new Command.PageRequestAnswered(2, -28));

    assertEquals(List.of(new GroupEnded(0, GroupCause.REFUSED, -28)), rig.news(GroupEnded.class));
    assertEquals(List.of(), groups());
  }

  @Test
  @DisplayName("an automatic response comes before the refusal, which then changes nothing")
  void automatic() {
    rig.requestPage(1, 0x1000, true);
    respond(1, 0, 0);

    rig.next(new Command.PageRequestAnswered(1, -28));

    assertEquals(List.of(new GroupEnded(0, GroupCause.RESPONSE, 0)), rig.news(GroupEnded.class));
    assertEquals(0x8000, rig.read(PRI_STATUS));
  }

  @Test
  @DisplayName("an index is not used again while a request that carried it is on its way")
  void indexes() {
    for (int i = 0; i < 512; i++) {
      assertEquals(i, rig.requestPage(1, 0x1000, true).groupIndex());
      respond(1, i, 0);
    }
    assertEquals(-28, rig.requestPage(1, 0x1000, true).errno());
    rig.next(new Command.PageRequestAnswered(7, 0));

    assertEquals(6, rig.requestPage(1, 0x1000, true).groupIndex());
  }

  @Test
  @DisplayName("a stop marker is in no group")
  void stopMarker() {
    rig.execute(new DeviceOperation.SendStopMarker(1));

    assertEquals(
        List.of(new Report.PageRequested(1, 1, 0, false, false, false, false, true, 0)),
        rig.reports());
    assertEquals(List.of(), groups());
    assertInstanceOf(
        DeviceReply.Refused.class,
        rig.execute(new DeviceOperation.RequestPage(1, 0, false, false, false, false, true)));
  }

  @Test
  @DisplayName("a drain is answered when what was asked before it is on its way")
  void drain() {
    rig.requestPage(1, 0x1000, true);
    rig.requestPage(1, 0x2000, true);
    assertEquals(Rig.receipt(DeviceReply.Receipt.DELAYED), rig.next(new Command.Drain()));
    long drain = rig.lastId();
    rig.requestPage(1, 0x3000, true);
    rig.reports();

    rig.next(new Command.PageRequestAnswered(1, 0));
    assertEquals(List.of(), rig.reports());
    rig.next(new Command.PageRequestAnswered(2, 0));
    assertEquals(List.of(new Report.Answered(drain, 0)), rig.reports());
    rig.next(new Command.PageRequestAnswered(3, 0));
    assertEquals(Rig.done(5, 0), rig.next(new Command.Drain()));
  }
}
