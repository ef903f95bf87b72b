package dev.iommufleet.hardware.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.link.HostInfo;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("the host's kernel interface")
class IommufdTest {
  private static final long NO_NEST = HostFixture.ECAP & ~(1L << 26);
  private static final long SUPERVISOR = 1L << 31;
  private static final long EXTENDED = 1L << 34;
  private static final long FIVE_LEVELS = 1L << 60;

  private final Iommufd kernel = new Iommufd();

  private void open(int device, HostInfo info, int object, int flags) {
    kernel.open(device, info, object, flags);
  }

  private int errno(HostCall call) {
    return kernel.call(call).errno();
  }

  private static HostCall.Allocate allocate(int parent, int flags, int tableFlags, int width) {
    return new HostCall.Allocate(1, parent, flags, tableFlags, width, 0x1000);
  }

  private int nested(int tableFlags, int width) {
    return kernel.call(allocate(10, 8, tableFlags, width)).value();
  }

  @Test
  @DisplayName("allocation: parent, flags and nesting are checked; ids are never used again")
  void allocation() {
    open(1, HostFixture.INFO, 10, 9);
    open(2, HostFixture.INFO, 11, 0);

    assertEquals(new Host.Reply(0, 1000), kernel.call(allocate(10, 8, 0, 48)));
    assertEquals(0, errno(new HostCall.Free(1000)));
    assertEquals(new Host.Reply(0, 1001), kernel.call(allocate(10, 0, 0, 48)));
    assertEquals(-22, errno(allocate(99, 8, 0, 48)), "unknown parent");
    assertEquals(-22, errno(allocate(1001, 8, 0, 48)), "a nested parent");
    assertEquals(-22, errno(allocate(11, 8, 0, 48)), "no nesting parent");
    assertEquals(-95, errno(allocate(10, 2, 0, 48)), "flags");
    assertEquals(-2, errno(new HostCall.Allocate(7, 10, 8, 0, 48, 0)), "unknown device");
    open(3, HostFixture.host(NO_NEST, 8), 10, 9);
    assertEquals(-95, errno(new HostCall.Allocate(3, 10, 8, 0, 48, 0)), "no nesting");
  }

  @Test
  @DisplayName("free: unknown, in use")
  void free() {
    open(1, HostFixture.INFO, 10, 9);
    int nested = nested(0, 48);
    kernel.call(new HostCall.Attach(1, 1, nested));

    assertEquals(-2, errno(new HostCall.Free(77)));
    assertEquals(-16, errno(new HostCall.Free(nested)));
    assertEquals(-16, errno(new HostCall.Free(10)), "a parent");
  }

  @Test
  @DisplayName("attach: widths and flags need the host's capabilities")
  void tables() {
    var plain = HostFixture.host(HostFixture.ECAP & ~SUPERVISOR & ~EXTENDED, 8);
    open(1, withCap(plain, HostFixture.CAP & ~FIVE_LEVELS), 10, 9);

    assertEquals(-2, errno(new HostCall.Attach(1, 1, 77)));
    assertEquals(0, errno(new HostCall.Attach(1, 1, nested(4, 48))));
    assertEquals(-22, errno(new HostCall.Attach(1, 1, nested(0, 57))));
    assertEquals(-22, errno(new HostCall.Attach(1, 1, nested(1, 48))));
    assertEquals(-22, errno(new HostCall.Attach(1, 1, nested(2, 48))));
    assertEquals(1000, kernel.attachments(1).get(1), "a failed attach leaves the old attachment");
    assertEquals(0, errno(new HostCall.Attach(1, 0, nested(0, 48))));

    open(2, HostFixture.host(HostFixture.ECAP | SUPERVISOR | EXTENDED, 8), 10, 9);
    int wide = kernel.call(new HostCall.Allocate(2, 10, 8, 3, 57, 0)).value();
    assertEquals(0, errno(new HostCall.Attach(2, 1, wide)));
  }

  private static HostInfo withCap(HostInfo info, long cap) {
    return new HostInfo(
        info.provider(),
        info.addressWidth(),
        info.hardwareType(),
        cap,
        info.ecap(),
        info.pasidWidth(),
        info.behindAlias());
  }

  @Test
  @DisplayName("attach: PASIDs need width, and objects that are usable with PASIDs, the RID's too")
  void pasids() {
    open(1, HostFixture.host(HostFixture.ECAP, 7), 10, 9);
    int plain = kernel.call(allocate(10, 0, 0, 48)).value();
    int usable = nested(0, 48);

    assertEquals(-22, errno(new HostCall.Attach(1, 128, usable)));
    assertEquals(0, errno(new HostCall.Attach(1, 127, usable)));
    assertEquals(-22, errno(new HostCall.Attach(1, 1, plain)));
    assertEquals(-22, errno(new HostCall.Attach(1, 0, plain)), "a PASID is attached");
    assertEquals(0, errno(new HostCall.Detach(1, 127)));
    assertEquals(0, errno(new HostCall.Attach(1, 0, plain)));
    assertEquals(-22, errno(new HostCall.Attach(1, 127, usable)), "the RID's object is plain");
    assertEquals(0, errno(new HostCall.Detach(1, 0)));
    assertEquals(0, errno(new HostCall.Detach(1, 0)), "nothing is attached");
    assertEquals(0, errno(new HostCall.Attach(1, 127, usable)));

    open(2, HostFixture.host(HostFixture.ECAP, 0), 10, 9);
    assertEquals(-22, errno(new HostCall.Attach(2, 1, usable)), "no PASIDs");
  }

  @Test
  @DisplayName("default-hwpt-without-pasid: the object that is attached already is no change")
  void sameObject() {
    open(1, HostFixture.INFO, 10, 1);
    int usable = nested(0, 48);
    kernel.call(new HostCall.Attach(1, 0, usable));
    kernel.call(new HostCall.Attach(1, 1, usable));

    assertEquals(-22, errno(new HostCall.Attach(1, 1, 10)));
    assertEquals(-22, errno(new HostCall.Attach(1, 0, 10)));
    assertEquals(0, errno(new HostCall.Attach(1, 0, usable)));
    assertEquals(2, kernel.users(usable));
  }

  @Test
  @DisplayName("invalidate: unknown, not nested, unaligned, everything from somewhere")
  void invalidate() {
    open(1, HostFixture.INFO, 10, 9);
    int nested = nested(0, 48);

    assertEquals(-2, errno(new HostCall.Invalidate(0, 0, -1, false)));
    assertEquals(-22, errno(new HostCall.Invalidate(10, 0, -1, false)));
    assertEquals(-22, errno(new HostCall.Invalidate(nested, 0x800, 1, false)));
    assertEquals(-22, errno(new HostCall.Invalidate(nested, 0x1000, -1, false)));
    assertEquals(
        new Host.Reply(0, 1), kernel.call(new HostCall.Invalidate(nested, 0x3000, 8, true)));
  }

  @Test
  @DisplayName("the n-th next call of a kind fails, once")
  void failures() {
    open(1, HostFixture.INFO, 10, 9);
    kernel.failNext(HostCall.Kind.ALLOCATE, 2, 12);

    assertEquals(1000, nested(0, 48));
    assertEquals(-12, errno(allocate(10, 8, 0, 48)));
    assertEquals(1001, nested(0, 48));
    kernel.failNext(HostCall.Kind.FREE, 1, 16);
    kernel.failNext(HostCall.Kind.FREE, 0, 0);
    assertEquals(0, errno(new HostCall.Free(1000)));
    assertThrows(IllegalArgumentException.class, () -> kernel.failNext(HostCall.Kind.FREE, 1, 0));
  }

  @Test
  @DisplayName("closing: what devices share is freed by the last; a second opening is its own")
  void closing() {
    assertTrue(kernel.open(1, HostFixture.INFO, 10, 9));
    assertFalse(kernel.open(2, HostFixture.INFO, 10, 1));
    assertFalse(kernel.open(1, HostFixture.INFO, 10, 9));
    int nested = nested(0, 48);
    kernel.call(new HostCall.Attach(1, 0, nested));
    assertEquals(3, kernel.users(10));

    var again = kernel.close(1);
    assertEquals("{0=10}", again.attachments().toString());
    assertEquals(OptionalInt.empty(), again.defaultFreed());
    assertEquals(nested, kernel.attachments(1).get(0));
    kernel.call(new HostCall.Attach(1, 0, 10));
    kernel.call(new HostCall.Free(nested));
    kernel.close(1);
    assertEquals(OptionalInt.of(0), kernel.close(2).defaultFreed());
    assertEquals("[]", kernel.objects().toString());
    assertEquals("[]", kernel.devices().toString());
  }

  @Test
  @DisplayName("the hash follows the state")
  void hash() {
    open(1, HostFixture.INFO, 10, 9);
    long before = kernel.hash();
    kernel.failNext(HostCall.Kind.DETACH, 3, 5);
    kernel.failNext(HostCall.Kind.DETACH, 0, 0);
    kernel.call(new HostCall.Attach(1, 1, 10));
    assertTrue(before != kernel.hash());
    kernel.call(new HostCall.Detach(1, 1));

    assertEquals(before, kernel.hash());
  }
}
