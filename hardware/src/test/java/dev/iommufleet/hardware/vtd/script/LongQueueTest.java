package dev.iommufleet.hardware.vtd.script;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.QueueProgress;
import dev.iommufleet.hardware.vtd.Reply;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("work that outlasts a turn")
class LongQueueTest {
  private static final long BASE = 0x10_0000;
  private static final int IQH = 0x80;
  private static final int IQT = 0x88;

  @ParameterizedTest(name = "size {0}, 256 bits {1}: {2} descriptors")
  @CsvSource({
    "0, false, 256",
    "1, false, 512",
    "2, false, 1024",
    "3, false, 2048",
    "4, false, 4096",
    "5, false, 8192",
    "6, false, 16384",
    "7, false, 32768",
    "0, true, 128",
    "1, true, 256",
    "2, true, 512",
    "3, true, 1024",
    "4, true, 2048",
    "5, true, 4096",
    "6, true, 8192",
    "7, true, 16384"
  })
  @DisplayName("a queue of any size runs to its last descriptor and wraps")
  void wraps(int size, boolean wide, int descriptors) {
    var iommu = iommu("caps scalable");
    int bytes = wide ? 32 : 16;
    fillWithWaits(iommu, descriptors, bytes);
    write(iommu, 0x90, 8, BASE | (wide ? 0x800 : 0) | size);
    write(iommu, 0x18, 4, 0x0400_0000);

    write(iommu, IQT, 4, (descriptors - 1L) * bytes);
    int turns = finish(iommu);

    assertEquals((descriptors - 1L) * bytes, read(iommu, IQH));
    assertEquals((descriptors - 2) / 1024, turns);

    write(iommu, IQT, 4, 2L * bytes);
    finish(iommu);

    assertEquals(2L * bytes, read(iommu, IQH));
    assertEquals(0, iommu.faultStatus());
    assertTrue(iommu.queueIdle());
  }

  @Test
  @DisplayName("a turn that ended does not end the queue: other work goes on between")
  void otherWorkBetweenTurns() {
    var iommu = iommu("caps aw=48");
    fillWithWaits(iommu, 4096, 16);
    write(iommu, 0x90, 8, BASE | 4);
    write(iommu, 0x18, 4, 0x0400_0000);

    write(iommu, IQT, 4, 3000L * 16);

    assertEquals(QueueProgress.MORE, iommu.progress());
    assertEquals(1024L * 16, read(iommu, IQH));

    write(iommu, IQT, 4, 3001L * 16);
    finish(iommu);

    assertEquals(3001L * 16, read(iommu, IQH));
  }

  @ParameterizedTest(name = "capabilities {0}")
  @ValueSource(
      strings = {
        "caps aw=48",
        "caps scalable pasid caching",
        "caps first-stage pasid device-tlb page-requests",
        "caps aw=39 extended"
      })
  @DisplayName("reset leaves the registers as they were at power-on")
  void resetEqualsPowerOn(String capabilities) {
    for (String profile : List.of("profile architecture", "profile qemu-11.1")) {
      var fresh = iommu(capabilities, profile);
      var used = iommu(capabilities, profile);
      for (int offset = 0; offset < 0x230; offset += 4) {
        write(used, offset, 4, 0xffff_ffffL);
        write(used, offset, 4, 0x8400_0000L);
      }

      used.execute(new Operation.Reset(), FactSink.NONE);

      assertArrayEquals(fresh.registerPage(), used.registerPage(), profile);
    }
  }

  private static Iommu iommu(String... header) {
    List<Script.Line> lines =
        List.of(header).stream().map(line -> new Script.Line(0, line)).toList();
    return new Iommu(Header.config(lines));
  }

  /** Waits with only a fence: each is done at once. */
  private static void fillWithWaits(Iommu iommu, int descriptors, int bytes) {
    byte[] ring = new byte[descriptors * bytes];
    for (int i = 0; i < descriptors; i++) {
      ring[i * bytes] = 0x45;
    }
    iommu.execute(new Operation.WriteMemory(BASE, ring), FactSink.NONE);
  }

  /** How often the queue had to be told to go on. */
  private static int finish(Iommu iommu) {
    int turns = 0;
    while (iommu.progress() == QueueProgress.MORE) {
      iommu.execute(new Operation.Continue(), FactSink.NONE);
      turns++;
    }
    return turns;
  }

  private static void write(Iommu iommu, int offset, int size, long value) {
    iommu.execute(new Operation.WriteRegister(offset, size, value), FactSink.NONE);
  }

  private static long read(Iommu iommu, int offset) {
    var reply = iommu.execute(new Operation.ReadRegister(offset, 4), FactSink.NONE);
    return ((Reply.RegisterValue) reply).value();
  }
}
