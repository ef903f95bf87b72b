package dev.iommufleet.hardware.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.device.DeviceFact.GroupCause;
import dev.iommufleet.hardware.device.FaultRules.Answered;
import dev.iommufleet.hardware.device.FaultRules.Way;
import dev.iommufleet.hardware.device.HostCall.FaultAnswer;
import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.link.Report;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Sizes and errnos as the kernel interface has them: 48 bytes a record, 8 bytes an answer. */
@DisplayName("fault queues of the host's kernel")
class FaultQueueTest {
  private static final HostInfo FAULTING = HostFixture.host(HostFixture.FAULTING, 8);

  private final Iommufd kernel = new Iommufd();
  private final int queue;

  FaultQueueTest() {
    kernel.open(1, FAULTING, 10, 9);
    queue = kernel.call(new HostCall.AllocateQueue(0)).value();
  }

  private Host.Reply call(HostCall call) {
    return kernel.call(call);
  }

  private int errno(HostCall call) {
    return kernel.call(call).errno();
  }

  private static HostCall.Allocate nested(int flags, int queue) {
    return new HostCall.Allocate(1, 10, flags, 0, 48, 0x1000, queue);
  }

  /** A nested object with this queue, attached to the PASID. */
  private int attached(int pasid) {
    int object = call(nested(12, queue)).value();
    assertEquals(0, errno(new HostCall.Attach(1, pasid, object)));
    return object;
  }

  private static HostFault fault(int pasid, int group, long address, boolean last) {
    return new HostFault(1, pasid, group, address, HostFault.READ, last);
  }

  private Way raise(int pasid, int group, long address, boolean last) {
    HostFault fault = fault(pasid, group, address, last);
    Way way = kernel.faultRules().way(fault);
    kernel.raised(fault);
    return way;
  }

  private Host.Reply read(int bytes) {
    return call(new HostCall.ReadFaults(queue, 0, bytes, bytes));
  }

  private Host.Reply write(FaultAnswer... answers) {
    return call(new HostCall.WriteFaults(queue, 0, 8 * answers.length, List.of(answers)));
  }

  /** group:cookie of what the kernel has, oldest first; cookie 0: not read. */
  private String groups() {
    var text = new StringBuilder();
    kernel
        .faults()
        .groups()
        .values()
        .forEach(
            g -> text.append(g.last().groupIndex()).append(':').append(g.cookie()).append(' '));
    return text.toString().strip();
  }

  @Test
  @DisplayName("allocation: no flags; ids are of all objects; the flag says that a queue is meant")
  void allocation() {
    assertEquals(-95, errno(new HostCall.AllocateQueue(1)));
    assertEquals(new Host.Reply(0, 1001), call(nested(12, queue)));
    assertEquals(-2, errno(nested(12, 77)), "unknown queue");
    assertEquals(-2, errno(nested(12, 10)), "no queue");
    assertEquals(-22, errno(new HostCall.Allocate(1, queue, 8, 0, 48, 0, 0)), "a queue as parent");
    assertEquals(new Host.Reply(0, 1002), call(nested(8, 77)), "a queue that is not meant");

    assertEquals(queue, kernel.object(1001).orElseThrow().queue());
    assertEquals(8, kernel.object(1001).orElseThrow().flags());
    assertEquals(0, kernel.object(1002).orElseThrow().queue());
  }

  @Test
  @DisplayName("a paging object may have a queue, a nesting parent may not")
  void paging() {
    assertEquals(new Host.Reply(0, 1001), call(new HostCall.AllocatePaging(1, 12, queue)));
    assertEquals(-95, errno(new HostCall.AllocatePaging(1, 5, queue)));
    assertEquals(-95, errno(new HostCall.AllocatePaging(1, 2, 0)), "dirty tracking");
    assertEquals(-2, errno(new HostCall.AllocatePaging(1, 4, 9)));
    assertEquals(-2, errno(new HostCall.AllocatePaging(7, 0, 0)), "unknown device");
    assertEquals(-22, errno(new HostCall.Allocate(1, 1001, 8, 0, 48, 0)), "no nesting parent");

    assertEquals(0, errno(new HostCall.Attach(1, 1, 1001)));
    assertEquals(Way.QUEUED, raise(1, 3, 0x1000, true));
  }

  @Test
  @DisplayName("a host without page requests attaches nothing that has a queue: ENODEV")
  void hostWithout() {
    kernel.open(2, HostFixture.INFO, 11, 9);
    int object = call(new HostCall.Allocate(2, 11, 12, 0, 48, 0, queue)).value();

    assertEquals(-19, errno(new HostCall.Attach(2, 1, object)));
    assertEquals(-22, errno(new HostCall.Attach(1, 1, queue)), "a queue is no page table");
  }

  @Test
  @DisplayName("destroying: unknown, in use by an object, then by none")
  void destroying() {
    int object = attached(1);

    assertEquals(-16, errno(new HostCall.Free(queue)));
    assertEquals(1, kernel.users(queue));
    assertEquals(-16, errno(new HostCall.Free(object)), "attached");
    call(new HostCall.Detach(1, 1));
    assertEquals(0, errno(new HostCall.Free(object)));
    assertEquals(0, errno(new HostCall.Free(queue)));
    assertEquals(-2, errno(new HostCall.Free(queue)));
    assertEquals(-9, read(48).errno(), "its descriptor is closed");
    assertEquals(-9, write().errno());
  }

  @Test
  @DisplayName("a request that meets no queue is answered as invalid at once, last or not")
  void unhandled() {
    assertEquals(Way.UNHANDLED, raise(1, 0, 0x1000, false), "nothing is attached");
    assertEquals(Way.UNHANDLED, raise(Report.NO_PASID, 0, 0x1000, true), "the default object");
    call(new HostCall.Attach(1, 1, call(nested(8, 0)).value()));
    assertEquals(Way.UNHANDLED, raise(1, 0, 0x1000, true), "no queue");
    assertEquals(0, kernel.faults().requests());
  }

  @Test
  @DisplayName("the last request takes all with its index along, whatever their PASID")
  void wholeGroups() {
    attached(1);
    attached(2);

    assertEquals(Way.KEPT, raise(1, 5, 0x1000, false));
    assertEquals(Way.KEPT, raise(2, 5, 0x2000, false));
    assertEquals(Way.KEPT, raise(1, 6, 0x3000, false));
    assertEquals("", groups());
    assertEquals(new Host.Reply(0, 0), read(48), "a group that is not whole is not read");
    assertEquals(Way.QUEUED, raise(1, 5, 0x4000, true));

    assertEquals(
        List.of(fault(1, 5, 0x1000, false), fault(2, 5, 0x2000, false), fault(1, 5, 0x4000, true)),
        kernel.faults().waiting(queue).getFirst().faults());
    assertEquals(new Host.Reply(0, 144), read(480));
    assertEquals(4, kernel.faults().requests());
  }

  @Test
  @DisplayName("reading: ESPIPE, EINVAL for a group that does not fit, whole groups, then 0")
  void reading() {
    attached(1);
    assertEquals(new Host.Reply(0, 0), read(0), "nothing waits: no EAGAIN");
    raise(1, 0, 0x1000, false);
    raise(1, 0, 0x2000, true);
    raise(1, 1, 0x3000, true);
    raise(1, 2, 0x4000, true);

    assertEquals(-29, errno(new HostCall.ReadFaults(queue, 48, 96, 96)), "offset");
    assertEquals(-29, read(47).errno(), "size");
    assertEquals(-22, read(48).errno(), "the first group has two records");
    assertEquals(-22, read(0).errno());
    assertEquals(new Host.Reply(0, 144), read(144));
    assertEquals("0:1 1:2 2:0", groups());
    assertEquals(new Host.Reply(0, 48), read(96));
    assertEquals(new Host.Reply(0, 0), read(96));
    assertEquals("0:1 1:2 2:3", groups());
  }

  @Test
  @DisplayName(
      "a group that cannot be copied stays at the head: EFAULT, or what was read before it")
  void copying() {
    attached(1);
    raise(1, 0, 0x1000, true);
    raise(1, 1, 0x2000, true);

    assertEquals(-14, errno(new HostCall.ReadFaults(queue, 0, 96, 47)));
    assertEquals("0:0 1:0", groups());
    assertEquals(new Host.Reply(0, 48), call(new HostCall.ReadFaults(queue, 0, 96, 95)));
    assertEquals("0:1 1:0", groups());
  }

  @Test
  @DisplayName("writing: ESPIPE, codes 0 and 1 only, unknown and used cookies, progress counts")
  void writing() {
    attached(1);
    raise(1, 0, 0x1000, true);
    raise(1, 1, 0x2000, true);
    raise(1, 2, 0x3000, true);
    read(96);

    var one = List.of(new FaultAnswer(1, 0));
    assertEquals(-29, errno(new HostCall.WriteFaults(queue, 8, 8, one)), "offset");
    assertEquals(-29, errno(new HostCall.WriteFaults(queue, 0, 7, one)), "size");
    assertEquals(-14, errno(new HostCall.WriteFaults(queue, 0, 8, List.of())));
    assertEquals(-22, write(new FaultAnswer(1, 2)).errno(), "code");
    assertEquals(-22, write(new FaultAnswer(1, 15)).errno(), "failure cannot be said");
    assertEquals(-22, write(new FaultAnswer(3, 0)).errno(), "group 2 was not read");
    assertEquals(-22, write(new FaultAnswer(0, 0)).errno());
    assertEquals(new Host.Reply(0, 0), write());
    assertEquals(
        new Host.Reply(0, 8), write(new FaultAnswer(2, 1), new FaultAnswer(2, 0)), "consumed");
    assertEquals("0:1 2:0", groups());
    assertEquals(-22, write(new FaultAnswer(2, 0)).errno());
    assertEquals(new Host.Reply(0, 8), call(new HostCall.WriteFaults(queue, 0, 16, one)));
    assertEquals("2:0", groups());
  }

  @Test
  @DisplayName("the smallest free cookie is used next; each queue has its own")
  void cookies() {
    attached(1);
    int other = call(new HostCall.AllocateQueue(0)).value();
    call(new HostCall.Attach(1, 2, call(nested(12, other)).value()));
    raise(1, 0, 0x1000, true);
    raise(1, 1, 0x1000, true);
    read(96);
    write(new FaultAnswer(1, 0));
    raise(1, 2, 0x1000, true);
    raise(2, 3, 0x1000, true);
    read(48);
    call(new HostCall.ReadFaults(other, 0, 48, 48));

    assertEquals("1:2 2:1 3:1", groups());
  }

  @Test
  @DisplayName("detaching answers what is queued and what was read as invalid, not what is partial")
  void detaching() {
    attached(1);
    attached(2);
    raise(1, 0, 0x1000, true);
    read(48);
    raise(1, 1, 0x1000, true);
    raise(1, 2, 0x1000, false);
    raise(2, 3, 0x1000, true);

    var detach = new HostCall.Detach(1, 1);
    assertEquals(
        List.of(
            new Answered(fault(1, 0, 0x1000, true), GroupCause.UNBOUND, 1),
            new Answered(fault(1, 1, 0x1000, true), GroupCause.UNBOUND, 1)),
        kernel.faultRules().answers(detach));
    call(detach);

    assertEquals("3:0", groups());
    assertTrue(kernel.faults().knows(1, 2), "a partial group stays");
    assertEquals(-22, write(new FaultAnswer(1, 0)).errno());
    assertEquals(Way.UNHANDLED, raise(1, 2, 0x2000, true));
  }

  @Test
  @DisplayName(
      "replacing answers the old object's groups as invalid, whether or not the new has a queue")
  void replacing() {
    int first = attached(1);
    raise(1, 0, 0x1000, true);
    assertEquals(List.of(), kernel.faultRules().answers(new HostCall.Attach(1, 1, first)), "same");
    call(new HostCall.Attach(1, 1, first));
    assertEquals("0:0", groups());

    int second = call(nested(12, queue)).value();
    assertEquals(1, kernel.faultRules().answers(new HostCall.Attach(1, 1, second)).size());
    call(new HostCall.Attach(1, 1, second));
    assertEquals("", groups());
    assertEquals(Way.QUEUED, raise(1, 1, 0x1000, true), "now for the second object");

    call(new HostCall.Attach(1, 1, 10));
    assertEquals("", groups());
    assertEquals(Way.UNHANDLED, raise(1, 2, 0x1000, true));
    call(new HostCall.Attach(1, 1, first));
    assertEquals(Way.QUEUED, raise(1, 3, 0x1000, true));
  }

  @Test
  @DisplayName("a failed call leaves what is pending as it is")
  void failures() {
    attached(1);
    raise(1, 0, 0x1000, true);
    kernel.failNext(HostCall.Kind.READ_FAULTS, 1, 14);
    assertEquals(-14, read(48).errno());
    kernel.failNext(HostCall.Kind.DETACH, 1, 12);
    assertEquals(-12, errno(new HostCall.Detach(1, 1)));
    assertEquals("0:0", groups());

    read(48);
    kernel.failNext(HostCall.Kind.WRITE_FAULTS, 1, 12);
    assertEquals(-12, write(new FaultAnswer(1, 0)).errno());
    assertEquals("0:1", groups());
  }

  @Test
  @DisplayName("a device that is closed leaves nothing; the hash follows the state")
  void closing() {
    int object = attached(1);
    long before = kernel.hash();
    raise(1, 0, 0x1000, false);
    raise(1, 0, 0x2000, true);
    raise(1, 1, 0x2000, false);
    long kept = kernel.hash();
    assertFalse(before == kept);
    read(96);
    assertFalse(kept == kernel.hash());
    write(new FaultAnswer(1, 0));
    kernel.faults().discard(1);
    assertEquals(before, kernel.hash());

    raise(1, 1, 0x2000, false);
    raise(1, 2, 0x2000, true);
    kernel.close(1);
    assertEquals(0, kernel.faults().requests());
    assertEquals(0, errno(new HostCall.Free(object)));
    assertEquals(0, errno(new HostCall.Free(queue)));
  }

  @Test
  @DisplayName("4096 requests are kept; one more is lost, the last of a group answered as failed")
  void full() {
    attached(1);
    for (int i = 0; i < 4096; i++) {
      assertEquals(Way.KEPT, raise(1, i & 511, 0x1000, false));
    }

    assertEquals(Way.LOST, raise(1, 1, 0x1000, false));
    assertEquals(Way.FAILED, raise(1, 1, 0x1000, true));
    assertEquals(4096, kernel.faults().requests());
  }
}
