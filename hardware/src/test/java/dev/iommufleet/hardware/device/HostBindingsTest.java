package dev.iommufleet.hardware.device;

import static dev.iommufleet.hardware.device.HostFixture.FIRST;
import static dev.iommufleet.hardware.device.HostFixture.PASS;
import static dev.iommufleet.hardware.device.HostFixture.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.iommufleet.hardware.link.Command;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("bindings of a guest's PASIDs to the host, as captured from the reference")
class HostBindingsTest {
  private static final String ALLOCATE_FIRST = "alloc in 10 flags 8,0 width 48 table 10100000";
  private static final String ALLOCATE_SECOND = "alloc in 10 flags 8,0 width 48 table 10104000";

  private final HostFixture it = new HostFixture();

  private void expect(String believed, String attached, String objects) {
    assertEquals(believed, it.believed(), "what the bindings believe");
    assertEquals(attached, it.attached(), "what is attached");
    assertEquals(objects, it.objects(), "objects and their users");
  }

  private void bothBound() {
    it.bind(0, FIRST);
    it.bind(1, FIRST);
    it.calls();
  }

  private void fail(HostCall.Kind kind, int errno) {
    it.kernel.failNext(kind, 1, errno);
  }

  @Test
  @DisplayName("binding allocates and attaches, replacing frees the old, unbinding detaches first")
  void order() {
    assertEquals(0, it.bind(0, FIRST));
    assertEquals(0, it.bind(1, FIRST));
    assertEquals(0, it.bind(1, SECOND));
    assertEquals(0, it.unbind(1));

    assertEquals(
        List.of(
            ALLOCATE_FIRST + " = 1000",
            "attach 0 to 1000 = 0",
            ALLOCATE_FIRST + " = 1001",
            "attach 1 to 1001 = 0",
            ALLOCATE_SECOND + " = 1002",
            "attach 1 to 1002 = 0",
            "free 1001 = 0",
            "detach 1 = 0",
            "free 1002 = 0"),
        it.calls());
    expect("0:1000", "0:1000", "10:1 1000:1");
  }

  @Test
  @DisplayName("replace-pgtt: pass-through attaches the default object and frees the nested one")
  void passThrough() {
    bothBound();

    assertEquals(0, it.bind(0, PASS));
    assertEquals(0, it.bind(1, PASS));

    assertEquals(
        List.of("attach 0 to 10 = 0", "free 1000 = 0", "attach 1 to 10 = 0", "free 1001 = 0"),
        it.calls());
    expect("0:0 1:0", "0:10 1:10", "10:2");
  }

  @Test
  @DisplayName("replace-flags: SRE is 1, EAFE 2, WPE 4; five levels ask for 57 bits")
  void flags() {
    it.bind(1, entry(0x10100001L));
    it.bind(1, entry(0x10100010L));
    it.bind(1, entry(0x10100080L));
    assertEquals(0, it.bind(2, entry(0x10100004L)));
    assertEquals(-22, it.bind(3, entry(0x10100008L)), "66 bits");

    assertEquals(
        List.of(
            "alloc in 10 flags 8,1 width 48 table 10100000 = 1000",
            "alloc in 10 flags 8,4 width 48 table 10100000 = 1001",
            "alloc in 10 flags 8,2 width 48 table 10100000 = 1002",
            "alloc in 10 flags 8,0 width 57 table 10100000 = 1003",
            "alloc in 10 flags 8,0 width 66 table 10100000 = 1004"),
        it.calls().stream().filter(line -> line.startsWith("alloc")).toList());
  }

  private static long[] entry(long word2) {
    return new long[] {0x49, 5, word2, 0, 0, 0, 0, 0};
  }

  @Test
  @DisplayName("other types are refused without a call, and flushes do not reach them")
  void invalidType() {
    assertEquals(-22, it.bind(1, new long[] {0x89, 5, 0, 0, 0, 0, 0, 0}));
    assertEquals(0, it.flush(1));

    assertEquals(List.of(), it.calls());
    expect("1:0", "0:10", "10:1");
  }

  @Test
  @DisplayName("fail-alloc: no nested object; flushes go to object 0; the old one stays")
  void allocationFails() {
    fail(HostCall.Kind.ALLOCATE, 12);
    assertEquals(-12, it.bind(0, FIRST));
    assertEquals(0, it.bind(1, FIRST));
    expect("0:0 1:1000", "0:10 1:1000", "10:2 1000:1");
    it.calls();
    assertEquals(-2, it.flush(0));
    assertEquals(0, it.flush(1));
    assertEquals(
        List.of(
            "invalidate 0 at 0 pages ffffffffffffffff = -2",
            "invalidate 1000 at 0 pages ffffffffffffffff = 1"),
        it.calls());

    assertEquals(0, it.bind(0, SECOND));
    fail(HostCall.Kind.ALLOCATE, 12);
    assertEquals(-12, it.bind(0, FIRST));
    expect("0:1001 1:1000", "0:1001 1:1000", "10:2 1000:1 1001:1");
    assertEquals(0, it.flush(0));
    assertEquals(0, it.unbind(0));
    expect("1:1000", "1:1000", "10:1 1000:1");
  }

  @Test
  @DisplayName("fail-attach: the new object goes, the old one stays attached")
  void attachFails() {
    fail(HostCall.Kind.ATTACH, 16);
    assertEquals(-16, it.bind(0, FIRST));
    assertEquals(
        List.of(ALLOCATE_FIRST + " = 1000", "attach 0 to 1000 = -16", "free 1000 = 0"), it.calls());
    assertEquals(0, it.bind(1, FIRST));
    expect("0:0 1:1001", "0:10 1:1001", "10:2 1001:1");

    fail(HostCall.Kind.ATTACH, 22);
    assertEquals(-22, it.bind(1, SECOND));
    expect("0:0 1:1001", "0:10 1:1001", "10:2 1001:1");
    assertEquals(0, it.flush(1));

    fail(HostCall.Kind.ATTACH, 22);
    assertEquals(-22, it.bind(1, PASS));
    expect("0:0 1:1001", "0:10 1:1001", "10:2 1001:1");
    it.calls();
    assertEquals(0, it.flush(1));
    assertEquals(List.of(), it.calls());

    assertEquals(0, it.unbind(1));
    expect("0:0", "0:10", "10:1");
    assertEquals(0, it.unbind(0));
    expect("", "", "10:0");
    assertEquals(List.of("detach 1 = 0", "free 1001 = 0", "detach 0 = 0"), it.calls());
  }

  @Test
  @DisplayName("fail-detach: the binding is forgotten and its object leaks, also after a rebinding")
  void detachFails() {
    bothBound();
    fail(HostCall.Kind.DETACH, 16);
    assertEquals(-16, it.unbind(1));
    expect("0:1000", "0:1000 1:1001", "10:2 1000:1 1001:1");

    assertEquals(0, it.bind(1, SECOND));
    expect("0:1000 1:1002", "0:1000 1:1002", "10:3 1000:1 1001:0 1002:1");
    assertEquals(0, it.unbind(1));
    fail(HostCall.Kind.DETACH, 16);
    assertEquals(-16, it.unbind(0));
    expect("", "0:1000", "10:2 1000:1 1001:0");

    var closed = it.kernel.close(HostFixture.DEVICE);
    assertEquals("{0=1000}", closed.attachments().toString());
    assertEquals(List.of(1000, 1001), closed.left());
    assertEquals(-16, closed.defaultFreed().orElseThrow());
    assertEquals("10:2 1000:0 1001:0", it.objects());
  }

  @Test
  @DisplayName("fail-free: what could not be freed leaks")
  void freeFails() {
    bothBound();
    fail(HostCall.Kind.FREE, 16);
    assertEquals(0, it.bind(1, SECOND));
    expect("0:1000 1:1002", "0:1000 1:1002", "10:3 1000:1 1001:0 1002:1");

    fail(HostCall.Kind.FREE, 16);
    assertEquals(0, it.unbind(1));
    expect("0:1000", "0:1000", "10:3 1000:1 1001:0 1002:0");
  }

  @Test
  @DisplayName("fail-attach-default: a removal that fails leaves the nested object attached")
  void defaultFails() {
    bothBound();
    fail(HostCall.Kind.ATTACH, 5);
    assertEquals(0, it.unbind(1));
    assertEquals(-5, it.unbindToDefault(0));
    assertEquals(List.of("detach 1 = 0", "free 1001 = 0", "attach 0 to 10 = -5"), it.calls());
    expect("", "0:1000", "10:1 1000:1");

    assertEquals(0, it.bind(0, FIRST));
    assertEquals(0, it.bind(1, FIRST));
    expect("0:1002 1:1003", "0:1002 1:1003", "10:3 1000:0 1002:1 1003:1");
  }

  @Test
  @DisplayName("fail-invalidate: an entry that was not processed counts as failed too")
  void invalidationFails() {
    it.bind(0, FIRST);
    it.calls();

    fail(HostCall.Kind.INVALIDATE, 5);
    assertEquals(-5, it.flush(0));
    fail(HostCall.Kind.INVALIDATE, 0);
    assertEquals(-5, it.flush(0));
    it.kernel.failNext(HostCall.Kind.INVALIDATE, 2, 95);
    assertEquals(0, it.bindings.flush(new Command.Flush(0, 0x1000, 1, false)));
    assertEquals(-95, it.bindings.flush(new Command.Flush(0, 0x2000, 1, true)));
    assertEquals(0, it.bindings.flush(new Command.Flush(0, 0x2000, 1, true)));

    assertEquals(
        List.of(
            "invalidate 1000 at 0 pages ffffffffffffffff = -5",
            "invalidate 1000 at 0 pages ffffffffffffffff = 0",
            "invalidate 1000 at 1000 pages 1 = 1",
            "invalidate 1000 at 2000 pages 1 leaf = -95",
            "invalidate 1000 at 2000 pages 1 leaf = 1"),
        it.calls());
  }

  @Test
  @DisplayName(
      "failed-binding-and-reset: removal re-attaches the default object, which is no change")
  void failedThenReset() {
    fail(HostCall.Kind.ALLOCATE, 12);
    it.bind(0, FIRST);
    it.bind(1, FIRST);
    it.calls();

    assertEquals(0, it.unbind(1));
    assertEquals(0, it.unbindToDefault(0));

    assertEquals(List.of("detach 1 = 0", "free 1000 = 0", "attach 0 to 10 = 0"), it.calls());
    expect("", "0:10", "10:1");
  }

  @Test
  @DisplayName("hotplug: closing with live bindings leaks; the default object stays for the next")
  void hotplug() {
    bothBound();

    var closed = it.kernel.close(HostFixture.DEVICE);
    it.bindings.closed();

    assertEquals("{0=1000, 1=1001}", closed.attachments().toString());
    assertEquals(List.of(1000, 1001), closed.left());
    assertEquals(-16, closed.defaultFreed().orElseThrow());
    assertEquals("10:2 1000:0 1001:0", it.objects());
    assertEquals(false, it.kernel.open(HostFixture.DEVICE, HostFixture.INFO, 10, 1));
    it.bind(0, FIRST);
    expect("0:1002", "0:1002", "10:3 1000:0 1001:0 1002:1");
  }
}
