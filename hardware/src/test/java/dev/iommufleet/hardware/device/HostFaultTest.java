package dev.iommufleet.hardware.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.iommufleet.hardware.device.DeviceFact.DmaOutcome;
import dev.iommufleet.hardware.device.DeviceFact.GroupCause;
import dev.iommufleet.hardware.device.DeviceFact.GroupEnded;
import dev.iommufleet.hardware.device.DeviceFact.HostCalled;
import dev.iommufleet.hardware.device.DeviceReply.PageRequested;
import dev.iommufleet.hardware.device.DeviceView.FaultQueue;
import dev.iommufleet.hardware.device.DeviceView.HostGroup;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Queue 1000 and object 1001 are the first that a binding makes. */
@DisplayName("page requests of a passed-through device, through the host's fault queue")
class HostFaultTest {
  private final Rig rig = Rig.passthrough().ready();

  private void bind(int pasid) {
    rig.next(Rig.bindFaulting(pasid, HostFixture.FIRST));
    rig.news();
  }

  private List<String> calls() {
    return rig.news(HostCalled.class).stream()
        .map(f -> f.call().kind() + " " + (f.errno() == 0 ? f.value() : f.errno()))
        .toList();
  }

  private static GroupEnded ended(int index, GroupCause cause, int code) {
    return new GroupEnded(index, cause, code);
  }

  private static Report.PageRequested read(long number, long address, boolean last, int index) {
    return new Report.PageRequested(number, 1, address, true, false, false, false, last, index);
  }

  @Test
  @DisplayName("a binding has a queue of its own, which goes after its object")
  void queueOfBinding() {
    rig.next(Rig.bindFaulting(1, HostFixture.FIRST));
    assertEquals(List.of("ALLOCATE_QUEUE 1000", "ALLOCATE 1001", "ATTACH 0"), calls());
    assertEquals(List.of(new FaultQueue(1000, 1, 0)), rig.device.view().queues());

    rig.next(Rig.bindFaulting(1, HostFixture.SECOND));
    assertEquals(
        List.of("ALLOCATE_QUEUE 1002", "ALLOCATE 1003", "ATTACH 0", "FREE 0", "FREE 0"), calls());
    rig.next(new Command.Unbind(1, false));
    assertEquals(List.of("DETACH 0", "FREE 0", "FREE 0"), calls());
    assertEquals(List.of(), rig.device.view().queues());
  }

  @Test
  @DisplayName("no queue: the guest takes none, pass-through, the host or the function has none")
  void noQueue() {
    rig.next(Rig.bind(1, HostFixture.FIRST));
    assertEquals(List.of("ALLOCATE 1000", "ATTACH 0"), calls());
    rig.next(Rig.bindFaulting(2, HostFixture.PASS));
    assertEquals(List.of("ATTACH 0"), calls());

    var pci = new DeviceConfig.PciCapabilities(true, 20, true, true, 64, false);
    var faulting = HostFixture.host(HostFixture.FAULTING, 8);
    var plain = new DeviceConfig("d", DeviceConfig.Kind.PASSTHROUGH, Rig.PCI, HostFixture.INFO);
    assertEquals(false, plain.faults(), "ECAP.PRS");
    assertEquals(
        false,
        new DeviceConfig("d", DeviceConfig.Kind.PASSTHROUGH, pci, faulting).faults(),
        "responses without PASID");
    assertEquals(
        true, new DeviceConfig("d", DeviceConfig.Kind.PASSTHROUGH, Rig.PCI, faulting).faults());
  }

  @Test
  @DisplayName("a whole group goes to the guest; its answer is written with the cookie")
  void thereAndBack() {
    bind(1);

    assertEquals(new PageRequested(0, 0, 0), rig.requestPage(1, 0x1000, false));
    assertEquals(new HostGroup(0, 0, 0, false), rig.device.view().hostGroup(0));
    assertEquals(List.of(), rig.reports());
    assertEquals(new PageRequested(0, 2, 0), rig.requestPage(1, 0x2000, true));
    assertEquals(
        List.of(read(1, 0x1000, false, 0), read(2, 0x2000, true, 0)), rig.device.view().outbox());
    assertEquals(new HostGroup(0, 1000, 1, false), rig.device.view().hostGroup(0));
    assertEquals(List.of("READ_FAULTS 96"), calls());

    rig.next(new Command.PageRequestAnswered(1, 0));
    rig.next(new Command.PageRequestAnswered(2, 0));
    rig.next(new Command.Respond(1, 0, 0));
    assertEquals(List.of(ended(0, GroupCause.RESPONSE, 0)), rig.news(GroupEnded.class));
    assertNull(rig.device.view().hostGroup(0));
    rig.next(new Command.Respond(1, 0, 0));
    assertEquals(
        List.of(new DeviceFact.ResponseUnexpected(1, 0, 0, false)),
        rig.news(DeviceFact.ResponseUnexpected.class));
    assertEquals(0x8000, rig.read(ConfigRegister.PRI_STATUS), "no cookie, no write");
  }

  @Test
  @DisplayName("failure cannot be said to the kernel: it becomes invalid")
  void failure() {
    bind(1);
    rig.requestPage(1, 0x1000, true);
    rig.news();

    rig.next(new Command.Respond(1, 0, 15));

    var write = new HostCall.WriteFaults(1000, 0, 8, List.of(new HostCall.FaultAnswer(1, 1)));
    assertEquals(
        List.of(new HostCalled(write, 0, 8)),
        rig.facts.stream()
            .filter(f -> f instanceof HostCalled called && called.call().equals(write))
            .toList());
    assertEquals(List.of(ended(0, GroupCause.RESPONSE, 1)), rig.news(GroupEnded.class));
    assertEquals(1, rig.read(ConfigRegister.PRI_CONTROL));
  }

  @Test
  @DisplayName("without queue the kernel answers each request as invalid, and the guest sees none")
  void unhandled() {
    rig.next(Rig.bind(1, HostFixture.FIRST));
    rig.news();

    assertEquals(new PageRequested(0, 0, 0), rig.requestPage(1, 0x1000, false));
    assertEquals(List.of(ended(0, GroupCause.RESPONSE, 1)), rig.news(GroupEnded.class));
    assertEquals(new PageRequested(0, 0, 1), rig.requestPage(2, 0x1000, true));
    assertEquals(List.of(), rig.reports());
    assertEquals(List.of(), rig.device.view().owed());
  }

  @Test
  @DisplayName("a stop marker ends at the host")
  void stopMarker() {
    bind(1);

    assertEquals(new PageRequested(0, 0, 0), rig.execute(new DeviceOperation.SendStopMarker(1)));
    assertEquals(List.of(), rig.news());
  }

  @Test
  @DisplayName("unbinding answers invalid; a late answer finds nothing; a part of a group stays")
  void unbinding() {
    bind(1);
    rig.requestPage(1, 0x1000, true);
    rig.requestPage(1, 0x2000, false);
    rig.news();

    rig.next(new Command.Unbind(1, false));
    assertEquals(List.of(ended(0, GroupCause.UNBOUND, 1)), rig.news(GroupEnded.class));
    rig.next(new Command.Respond(1, 0, 0));
    assertEquals(
        List.of(new DeviceFact.ResponseUnexpected(1, 0, 0, false)),
        rig.news(DeviceFact.ResponseUnexpected.class));

    rig.requestPage(1, 0x3000, true);
    assertEquals(
        List.of(ended(1, GroupCause.RESPONSE, 1)), rig.news(GroupEnded.class), "nothing attached");
  }

  @Test
  @DisplayName("replacing answers what was asked under the old entry as invalid")
  void replacing() {
    bind(1);
    rig.requestPage(1, 0x1000, true);
    rig.news();

    rig.next(Rig.bindFaulting(1, HostFixture.SECOND));

    assertEquals(List.of(ended(0, GroupCause.UNBOUND, 1)), rig.news(GroupEnded.class));
    assertEquals(new PageRequested(0, 2, 1), rig.requestPage(1, 0x1000, true));
    assertEquals(new HostGroup(1, 1002, 1, false), rig.device.view().hostGroup(1));
  }

  @Test
  @DisplayName("what the guest's IOMMU refuses is answered: overflow with success, else invalid")
  void refused() {
    bind(1);
    rig.requestPage(1, 0x1000, true);
    rig.requestPage(1, 0x2000, true);
    rig.news();

    rig.next(new Command.PageRequestAnswered(1, -28));
    rig.next(new Command.PageRequestAnswered(2, -22));

    assertEquals(
        List.of(ended(0, GroupCause.RESPONSE, 0), ended(1, GroupCause.RESPONSE, 1)),
        rig.news(GroupEnded.class));
  }

  @Test
  @DisplayName("what cannot be read or written is tried again by a poll")
  void failures() {
    bind(1);
    rig.execute(new DeviceOperation.FailHostCall(HostCall.Kind.READ_FAULTS, 1, 14));
    assertEquals(new PageRequested(0, 0, 0), rig.requestPage(1, 0x1000, true));
    assertEquals(new HostGroup(0, 1000, 0, false), rig.device.view().hostGroup(0));
    assertEquals(true, rig.device.view().waitsForPoll());
    rig.execute(new DeviceOperation.Poll());
    assertEquals(new HostGroup(0, 1000, 1, false), rig.device.view().hostGroup(0));

    rig.execute(new DeviceOperation.FailHostCall(HostCall.Kind.WRITE_FAULTS, 1, 12));
    rig.next(new Command.Respond(1, 0, 0));
    assertEquals(new HostGroup(0, 1000, 1, true), rig.device.view().hostGroup(0));
    rig.news();
    rig.execute(new DeviceOperation.Poll());
    assertEquals(List.of(ended(0, GroupCause.RESPONSE, 0)), rig.news(GroupEnded.class));
    assertEquals(false, rig.device.view().waitsForPoll());
  }

  @Test
  @DisplayName("a drain waits for what the host has, a link that is down keeps it there")
  void drain() {
    bind(1);
    rig.execute(new DeviceOperation.FailHostCall(HostCall.Kind.READ_FAULTS, 1, 14));
    rig.requestPage(1, 0x1000, true);
    rig.execute(new DeviceOperation.SetLink(false, false));
    assertEquals(false, rig.device.view().waitsForPoll());
    rig.execute(new DeviceOperation.Poll());
    assertEquals(new HostGroup(0, 1000, 0, false), rig.device.view().hostGroup(0));
    rig.execute(new DeviceOperation.SetLink(true, false));

    assertEquals(Rig.receipt(DeviceReply.Receipt.DELAYED), rig.next(new Command.Drain()));
    assertEquals(List.of(read(1, 0x1000, true, 0)), rig.device.view().outbox());
  }

  @Test
  @DisplayName("a group of before fault queues, from an older journal, ends as it did")
  void older() {
    bind(1);
    rig.device.apply(new DeviceFact.GroupOpened(1, 7));
    rig.device.apply(new DeviceFact.PageRequestSent(read(1, 0x1000, true, 7)));
    rig.device.apply(new DeviceFact.GroupOpened(1, 8));
    rig.device.apply(new DeviceFact.PageRequestSent(read(2, 0x2000, true, 8)));

    rig.next(new Command.PageRequestAnswered(1, 0));
    rig.next(new Command.Respond(1, 7, 0));
    assertEquals(List.of(ended(7, GroupCause.RESPONSE, 0)), rig.news(GroupEnded.class));
    rig.next(new Command.Unbind(1, false));
    assertEquals(List.of(ended(8, GroupCause.UNBOUND, 1)), rig.news(GroupEnded.class));
  }

  @Test
  @DisplayName("a queue that cannot be made fails the binding: the PASID is blocked")
  void noQueueToHave() {
    rig.execute(new DeviceOperation.FailHostCall(HostCall.Kind.ALLOCATE_QUEUE, 1, 12));

    assertEquals(Rig.done(1, -12), rig.next(Rig.bindFaulting(1, HostFixture.FIRST)));
    assertEquals("{0=10}", rig.device.view().attachments().toString());
    rig.execute(new DeviceOperation.FailHostCall(HostCall.Kind.ALLOCATE, 1, 12));
    assertEquals(Rig.done(2, -12), rig.next(Rig.bindFaulting(1, HostFixture.FIRST)));
    assertEquals(List.of(), rig.device.view().queues(), "the queue went with the object");
  }

  @Test
  @DisplayName("page requests off, reset and leaving: nothing stays at the host")
  void ends() {
    bind(1);
    rig.requestPage(1, 0x1000, true);
    rig.requestPage(1, 0x2000, false);
    rig.news();
    rig.write(ConfigRegister.PRI_CONTROL, 0);
    assertEquals(
        List.of(ended(0, GroupCause.PRI_OFF, 0), ended(1, GroupCause.PRI_OFF, 0)),
        rig.news(GroupEnded.class));
    assertNull(rig.device.view().hostGroup(0));
    assertNull(rig.device.view().hostGroup(1));

    rig.write(ConfigRegister.PRI_CONTROL, 1);
    rig.requestPage(1, 0x1000, true);
    rig.execute(new DeviceOperation.Remove());
    assertEquals(List.of(), rig.device.view().queues());
    assertEquals(List.of(), rig.device.view().objects());
  }

  @Test
  @DisplayName("a user who answers in the hypervisor's place consumes the cookie")
  void userAnswers() {
    bind(1);
    rig.requestPage(1, 0x1000, true);
    rig.news();
    var answer = List.of(new HostCall.FaultAnswer(1, 0));

    assertEquals(
        new DeviceReply.HostAnswered(0, 8),
        rig.execute(new DeviceOperation.CallHost(new HostCall.WriteFaults(1000, 0, 8, answer))));
    assertEquals(List.of(ended(0, GroupCause.RESPONSE, 0)), rig.news(GroupEnded.class));
    rig.next(new Command.Respond(1, 0, 0));
    assertEquals(1, rig.news(DeviceFact.ResponseUnexpected.class).size());
  }

  @Test
  @DisplayName(
      "a DMA asks through the queue and goes on after success; without queue it is invalid")
  void dma() {
    bind(1);
    rig.dma(1, 0x7000, 4, null, DeviceOperation.Mode.SVA);
    rig.translated(1, 0, 0);
    assertEquals(1, rig.device.view().outbox().size());
    rig.next(new Command.Respond(1, 0, 0));
    rig.translated(2, 0x4000_0000L, 1);
    rig.accessed(3, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
    assertEquals(DmaOutcome.OK, rig.news(DeviceFact.DmaEnded.class).getFirst().outcome());

    rig.next(Rig.bind(2, HostFixture.FIRST));
    rig.dma(2, 0x7000, 4, null, DeviceOperation.Mode.SVA);
    rig.translated(4, 0, 0);
    assertEquals(DmaOutcome.INVALID, rig.news(DeviceFact.DmaEnded.class).getFirst().outcome());
  }

  @Test
  @DisplayName("a description carries queues, groups, cookies and siblings")
  void description() {
    var from = Rig.passthrough(1).ready();
    from.next(Rig.bindFaulting(1, HostFixture.FIRST));
    from.requestPage(1, 0x1000, false);
    from.requestPage(1, 0x2000, true);
    from.requestPage(1, 0x3000, false);
    from.execute(new DeviceOperation.FailHostCall(HostCall.Kind.WRITE_FAULTS, 1, 12));
    from.next(new Command.Respond(1, 0, 0));
    from.execute(new DeviceOperation.FailHostCall(HostCall.Kind.READ_FAULTS, 1, 12));
    from.requestPage(1, 0x4000, true);
    from.execute(new DeviceOperation.CallHost(new HostCall.Attach(2, 1, 1001)));
    from.execute(new DeviceOperation.CallHost(new HostCall.AllocateQueue(0)));

    var to = new HostDevice(from.device.config());
    from.device.describe(to::apply);

    assertEquals(from.device.stateHash(), to.stateHash());
    assertEquals(new HostGroup(0, 1000, 1, true), to.view().hostGroup(0));
    assertEquals(new HostGroup(1, 1000, 0, false), to.view().hostGroup(1));
    assertEquals("{0=10, 1=1001}", to.view().attachments(1).toString());
    assertEquals(from.device.view().queues(), to.view().queues());
  }
}
