package dev.iommufleet.hardware.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.iommufleet.hardware.device.DeviceFact.GroupCause;
import dev.iommufleet.hardware.device.DeviceFact.GroupEnded;
import dev.iommufleet.hardware.link.Command;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("devices of one group at the host")
class HostGroupTest {
  private static final int FIRST = 1;
  private static final int SECOND = 2;

  private final Iommufd kernel = new Iommufd();

  HostGroupTest() {
    kernel.open(FIRST, HostFixture.INFO, 10, 9, 1);
    kernel.open(SECOND, HostFixture.INFO, 10, 9, 1);
    kernel.open(3, HostFixture.INFO, 10, 9, 3);
  }

  private int nested(int flags) {
    return kernel.call(new HostCall.Allocate(FIRST, 10, flags, 0, 48, 0x1000)).value();
  }

  private int attach(int device, int pasid, int object) {
    return kernel.call(new HostCall.Attach(device, pasid, object)).errno();
  }

  private int detach(int device, int pasid) {
    return kernel.call(new HostCall.Detach(device, pasid)).errno();
  }

  @Test
  @DisplayName("a second member attaches to the object of the first, to another one not: EINVAL")
  void secondMember() {
    int one = nested(8);
    int other = nested(8);
    assertEquals(0, attach(FIRST, 1, one));

    assertEquals(-22, attach(SECOND, 1, other));
    assertEquals(0, attach(SECOND, 1, one));
    assertEquals(2, kernel.users(one));
    assertEquals(0, attach(3, 1, other), "another group");
    assertEquals(0, attach(SECOND, 2, other), "another PASID");
  }

  @Test
  @DisplayName("replacing moves every member that is attached, and no other")
  void replacing() {
    int one = nested(8);
    assertEquals(0, attach(FIRST, 0, one));
    assertEquals(one, kernel.attachments(SECOND).get(0));
    assertEquals(10, kernel.attachments(3).get(0));

    detach(SECOND, 0);
    assertEquals(0, attach(FIRST, 0, 10));
    assertEquals("{}", kernel.attachments(SECOND).toString());
    assertEquals(0, kernel.users(one));
  }

  @Test
  @DisplayName("the object stays in use until the last member has left: EBUSY")
  void references() {
    int one = nested(8);
    attach(FIRST, 1, one);
    attach(SECOND, 1, one);

    detach(FIRST, 1);
    assertEquals(-16, kernel.call(new HostCall.Free(one)).errno());
    assertEquals(-22, attach(FIRST, 1, 10), "the second still has the old one");
    detach(SECOND, 1);
    assertEquals(0, detach(SECOND, 1), "nothing is attached");
    assertEquals(0, kernel.call(new HostCall.Free(one)).errno());
    assertEquals(0, attach(FIRST, 1, 10));
  }

  @Test
  @DisplayName("while a member uses PASIDs no member's RID gets an object that is not for them")
  void pasids() {
    int plain = nested(0);
    attach(SECOND, 1, 10);

    assertEquals(-22, attach(FIRST, 0, plain));
    assertEquals(0, attach(3, 0, plain), "another group");
    detach(SECOND, 1);
    assertEquals(0, attach(FIRST, 0, plain));
    assertEquals(-22, attach(SECOND, 1, 10), "the group's RID has one");
  }

  @Test
  @DisplayName("a device with siblings: all are opened and closed with it")
  void siblings() {
    var rig = Rig.passthrough(2).ready();

    assertEquals("{0=10}", rig.device.view().attachments(2).toString());
    assertEquals(3, rig.device.view().users(10));
    assertEquals(answered(0, 0), callHost(rig, new HostCall.Attach(2, 1, 10)));
    rig.execute(new DeviceOperation.Remove());
    assertEquals("{}", rig.device.view().attachments(1).toString());
    assertEquals("[]", rig.device.view().objects().toString());
  }

  @Test
  @DisplayName("a sibling keeps a PASID on the old object: the next binding fails, EINVAL")
  void siblingInTheWay() {
    var rig = Rig.passthrough(1).ready();
    assertEquals(Rig.done(1, 0), rig.next(Rig.bind(1, HostFixture.FIRST)));
    assertEquals(answered(0, 0), callHost(rig, new HostCall.Attach(2, 1, 1000)));
    assertEquals(answered(0, 0), callHost(rig, new HostCall.Attach(2, 1, 1000)), "the same");

    assertEquals(Rig.done(2, 0), rig.next(new Command.Unbind(1, false)));
    assertEquals("[1000]", rig.device.view().unfreed().toString());
    assertEquals(false, rig.device.view().waitsForPoll(), "it is the sibling's turn");
    assertEquals(Rig.done(3, -22), rig.next(Rig.bind(1, HostFixture.SECOND)));
    assertEquals(answered(0, 0), callHost(rig, new HostCall.Detach(2, 1)));
    assertEquals(true, rig.device.view().waitsForPoll());
    rig.execute(new DeviceOperation.Poll());
    assertEquals("[]", rig.device.view().unfreed().toString());
    assertEquals(Rig.done(4, 0), rig.next(Rig.bind(1, HostFixture.SECOND)));
  }

  @Test
  @DisplayName("a sibling that replaces takes the device along; its page requests are answered")
  void siblingReplaces() {
    var rig = Rig.passthrough(1).ready();
    rig.next(Rig.bindFaulting(1, HostFixture.FIRST));
    rig.requestPage(1, 0x1000, true);
    callHost(rig, new HostCall.Attach(2, 1, 1001));
    rig.news();

    assertEquals(answered(0, 0), callHost(rig, new HostCall.Attach(2, 1, 10)));

    assertEquals(List.of(new GroupEnded(0, GroupCause.UNBOUND, 1)), rig.news(GroupEnded.class));
    assertEquals(10, rig.device.view().attachments().get(1));
  }

  @Test
  @DisplayName("what is the device's own is not its user's to change")
  void refusals() {
    var rig = Rig.passthrough(1).ready();
    rig.next(Rig.bindFaulting(1, HostFixture.FIRST));

    assertRefused(rig, new HostCall.Attach(1, 1, 10), "function 1 is the device itself");
    assertRefused(rig, new HostCall.Detach(1, 1), "function 1 is the device itself");
    assertRefused(rig, new HostCall.Free(10), "object 10 is the device's own");
    assertRefused(rig, new HostCall.Free(1000), "object 1000 is the device's own");
    assertRefused(rig, new HostCall.Free(1001), "object 1001 is the device's own");
    assertRefused(rig, new HostCall.Attach(2, 1 << 20, 10), "PASID 1048576; 0 to 1048575");
    assertRefused(rig, new HostCall.AllocateQueue(16), "flags 16; 0 to 15 are possible");
    assertEquals(answered(-2, 0), callHost(rig, new HostCall.Attach(3, 1, 10)), "no such sibling");
    assertEquals(answered(0, 1002), callHost(rig, new HostCall.AllocateQueue(0)));
    assertRefused(Rig.emulated(), new HostCall.AllocateQueue(0), "an emulated device has no host");
  }

  private static DeviceReply.HostAnswered answered(int errno, int value) {
    return new DeviceReply.HostAnswered(errno, value);
  }

  private static DeviceReply callHost(Rig rig, HostCall call) {
    return rig.execute(new DeviceOperation.CallHost(call));
  }

  private static void assertRefused(Rig rig, HostCall call, String why) {
    var refused = (DeviceReply.Refused) callHost(rig, call);
    assertEquals(why, refused.message().substring(0, why.length()));
  }
}
