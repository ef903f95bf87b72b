package dev.iommufleet.hardware.device;

import static dev.iommufleet.hardware.device.HostFixture.FIRST;
import static dev.iommufleet.hardware.device.HostFixture.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("bindings that block on failure leave nothing stale and nothing behind")
class CarefulBindingsTest {
  private final HostFixture it = new HostFixture();

  @BeforeEach
  void bind() {
    it.bindCarefully(0, FIRST);
    it.bindCarefully(1, FIRST);
    it.calls();
  }

  private void fail(HostCall.Kind kind, int errno) {
    it.kernel.failNext(kind, 1, errno);
  }

  private void expect(String believed, String attached, String objects) {
    assertEquals(believed, it.believed());
    assertEquals(attached, it.attached());
    assertEquals(objects, it.objects());
  }

  @Test
  @DisplayName("a failed replacement detaches and frees both objects; a flush then makes no call")
  void failedReplacementBlocks() {
    fail(HostCall.Kind.ATTACH, 22);

    assertEquals(-22, it.bindCarefully(1, SECOND));
    assertEquals(0, it.flush(1));

    assertEquals(
        List.of(
            "alloc in 10 flags 8,0 width 48 table 10104000 = 1002",
            "attach 1 to 1002 = -22",
            "free 1002 = 0",
            "detach 1 = 0",
            "free 1001 = 0"),
        it.calls());
    expect("0:1000 1:0", "0:1000", "10:1 1000:1");
  }

  @Test
  @DisplayName("a failed first binding takes the default object away from the RID")
  void failedFirstBindingBlocks() {
    it.unbindToDefault(0);
    fail(HostCall.Kind.ALLOCATE, 12);

    assertEquals(-12, it.bindCarefully(0, FIRST));

    expect("0:0 1:1001", "1:1001", "10:1 1001:1");
  }

  @Test
  @DisplayName("what could not be detached or freed is tried again before the next command")
  void retries() {
    fail(HostCall.Kind.DETACH, 16);
    assertEquals(-16, it.unbind(1));
    assertEquals(Set.of(1), it.bindings.undetached());
    expect("0:1000", "0:1000 1:1001", "10:2 1000:1 1001:1");
    it.calls();

    fail(HostCall.Kind.FREE, 5);
    assertEquals(0, it.bindCarefully(2, FIRST));

    assertEquals(Set.of(), it.bindings.undetached());
    assertEquals(Set.of(1001), it.bindings.unfreed());
    assertEquals(
        List.of(
            "detach 1 = 0",
            "free 1001 = -5",
            "alloc in 10 flags 8,0 width 48 table 10100000 = 1002",
            "attach 2 to 1002 = 0"),
        it.calls());
    assertEquals(0, it.unbind(2));
    assertEquals(Set.of(), it.bindings.unfreed());
    expect("0:1000", "0:1000", "10:1 1000:1");
  }

  @Test
  @DisplayName("a rebinding takes the place of what was stuck, and frees it once")
  void stuckIsReplaced() {
    fail(HostCall.Kind.DETACH, 16);
    it.unbind(1);

    assertEquals(0, it.bindCarefully(1, SECOND));

    assertEquals(Set.of(), it.bindings.undetached());
    expect("0:1000 1:1002", "0:1000 1:1002", "10:2 1000:1 1002:1");
    assertEquals(0, it.unbind(1));
    expect("0:1000", "0:1000", "10:1 1000:1");
  }

  @Test
  @DisplayName("a blocked binding whose detach failed is detached by the next command")
  void blockedLater() {
    fail(HostCall.Kind.ATTACH, 22);
    it.kernel.failNext(HostCall.Kind.DETACH, 1, 16);
    assertEquals(-22, it.bindCarefully(1, SECOND));
    expect("0:1000 1:1001", "0:1000 1:1001", "10:2 1000:1 1001:1");

    assertEquals(0, it.unbind(3));

    expect("0:1000 1:0", "0:1000", "10:1 1000:1");
  }

  @Test
  @DisplayName("unbinding what is stuck tries again and tells how it went")
  void stuckIsUnbound() {
    fail(HostCall.Kind.DETACH, 16);
    assertEquals(-16, it.unbind(1));
    fail(HostCall.Kind.DETACH, 5);
    assertEquals(-5, it.unbind(1));
    expect("0:1000", "0:1000 1:1001", "10:2 1000:1 1001:1");

    assertEquals(0, it.unbind(1));

    expect("0:1000", "0:1000", "10:1 1000:1");
    assertEquals(0, it.unbind(1));
  }

  @Test
  @DisplayName("after closing nothing is left")
  void closed() {
    fail(HostCall.Kind.DETACH, 16);
    it.unbind(1);

    it.kernel.close(HostFixture.DEVICE);
    it.bindings.closed();

    assertEquals("10:0", it.objects());
    assertEquals("", it.believed());
    assertEquals(0, it.bindings.state().hash());
  }
}
