package dev.iommufleet.hardware.device;

import static dev.iommufleet.hardware.device.ConfigRegister.ATS_CONTROL;
import static dev.iommufleet.hardware.device.ConfigRegister.DEVICE_CONTROL;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.iommufleet.hardware.device.DeviceOperation.Mode;
import dev.iommufleet.hardware.device.DeviceReply.Receipt;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("no translation outlives what voids it, nor does an access that uses one")
class StaleTranslationTest {
  private static final Command.InvalidateTlb PAGE =
      new Command.InvalidateTlb(3, 1, false, 0x1000, 0x1000);

  private final Rig rig = Rig.emulated().ready();

  private static int kept(Rig device) {
    return device.device.view().translations().size();
  }

  /** Pages 1 and 2 under PASID 1, page 1 under PASID 2 and without one; questions 1 to 8. */
  private void fill() {
    int[][] pages = {{1, 1}, {1, 2}, {2, 1}, {Rig.NO_PASID, 1}};
    long ask = 1;
    for (int[] page : pages) {
      rig.dma(page[0], page[1] << 12, 1, null, Mode.ATS);
      rig.translated(ask++, 0x7000, 3);
      rig.accessed(ask++, (byte) 0);
    }
    assertEquals(4, kept(rig));
    rig.news();
  }

  @Test
  @DisplayName("invalidations drop what they cover")
  void drops() {
    fill();
    assertEquals(Rig.completed(1, 3), rig.next(PAGE));
    assertEquals(3, kept(rig));
    rig.next(new Command.InvalidateTlb(4, 1, false, 0, 0));
    assertEquals(2, kept(rig));
    rig.next(new Command.InvalidateTlb(4, 0, true, 0, 0));
    assertEquals(1, kept(rig));
    rig.next(new Command.InvalidateTlb(4, Rig.NO_PASID, false, 0x1000, 0x1000));
    assertEquals(0, kept(rig));

    var flushed = Rig.emulated().ready();
    flushed.dma(1, 0x1000, 1, null, Mode.ATS);
    flushed.translated(1, 0x7000, 1);
    flushed.accessed(2, (byte) 0);
    flushed.next(Rig.flush(1));
    assertEquals(0, kept(flushed));
  }

  @Test
  @DisplayName("disabling ATS, function-level reset and leaving drop everything")
  void dropsAll() {
    fill();
    rig.write(ATS_CONTROL, 0);
    assertEquals(0, kept(rig));

    var reset = Rig.emulated().ready();
    reset.dma(1, 0x1000, 1, null, Mode.ATS);
    reset.translated(1, 0x7000, 1);
    reset.write(DEVICE_CONTROL, 0x8000);
    assertEquals(0, kept(reset));

    var removed = Rig.emulated().ready();
    removed.dma(1, 0x1000, 1, null, Mode.ATS);
    removed.translated(1, 0x7000, 1);
    removed.execute(new DeviceOperation.Remove());
    assertEquals(0, kept(removed));
  }

  @Test
  @DisplayName("an answer that is older than a flush is dropped, and the question asked again")
  void fillAgainstFlush() {
    rig.dma(1, 0x1000, 1, null, Mode.ATS);
    rig.next(PAGE);
    rig.reports();

    rig.execute(new DeviceOperation.Translated(1, 1, 0, 0x7000, 0xFFF, 1));

    assertEquals(0, kept(rig));
    assertEquals(List.of(new Report.Translate(2, 1, 0x1000, false)), rig.reports());
    rig.translated(2, 0x8000, 1);
    assertEquals(List.of(new Report.Access(3, 1, false, 0x8000, 1, null)), rig.reports());
  }

  @Test
  @DisplayName("an invalidation is completed when the accesses that it covers have ended")
  void accessInFlight() {
    rig.dma(1, 0x1000, 1, null, Mode.ATS);
    rig.translated(1, 0x7000, 1);
    rig.dma(1, 0x2000, 1, null, Mode.ATS);
    rig.translated(3, 0x9000, 1);

    assertEquals(Rig.receipt(Receipt.DELAYED), rig.next(PAGE));
    assertEquals(Rig.receipt(Receipt.DELAYED), rig.again(PAGE));
    assertEquals(0, kept(rig) - 1, "the other page is kept");
    rig.news();
    rig.accessed(4, (byte) 0);
    assertEquals(List.of(), rig.reports());
    rig.accessed(2, (byte) 0);
    assertEquals(List.of(new Report.InvalidationCompleted(1, 8)), rig.reports());
    assertEquals(Rig.completed(1, 3), rig.again(PAGE));
  }

  @Test
  @DisplayName("a plain DMA is the IOMMU's own business and delays nothing")
  void plain() {
    rig.dma(1, 0x1000, 1, null, Mode.PLAIN);

    assertEquals(Rig.completed(1, 3), rig.next(PAGE));
  }

  @Test
  @DisplayName("function-level reset takes nothing back: an access under way is waited for")
  void resetWaits() {
    rig.dma(1, 0x1000, 1, new byte[1], Mode.ATS);
    rig.translated(1, 0x7000, 3);
    rig.next(PAGE);
    rig.reports();

    rig.write(DEVICE_CONTROL, 0x8000);

    assertEquals(List.of(), rig.reports());
    rig.accessed(2);
    assertEquals(List.of(new Report.InvalidationCompleted(1, 8)), rig.reports());
  }

  @ParameterizedTest
  @EnumSource(
      value = ConfigRegister.class,
      names = {"DEVICE_CONTROL", "ATS_CONTROL"})
  @DisplayName("an access that was under way at a reset, or when ATS went, is waited for behind it")
  void accessOutlivesReset(ConfigRegister register) {
    rig.dma(1, 0x1000, 1, new byte[1], Mode.ATS);
    rig.translated(1, 0x7000, 3);
    rig.write(register, register == DEVICE_CONTROL ? 0x8000 : 0);
    rig.news();

    assertEquals(Rig.receipt(Receipt.DELAYED), rig.next(PAGE));
    assertEquals(1, rig.device.view().accesses().size());
    rig.accessed(2);

    var news = rig.news();
    assertEquals(
        List.of(DeviceFact.DmaOutcome.ABORTED),
        news.stream()
            .filter(DeviceFact.DmaEnded.class::isInstance)
            .map(fact -> ((DeviceFact.DmaEnded) fact).outcome())
            .toList());
    assertEquals(
        new Report.InvalidationCompleted(1, 8), ((DeviceFact.Reported) news.getLast()).report());
    assertEquals(Rig.completed(1, 3), rig.again(PAGE));
  }

  @Test
  @DisplayName("a late completion is released behind the access that was under way")
  void releasedBehindAccess() {
    rig.execute(new DeviceOperation.FailCompletions(DeviceOperation.CompletionFault.LATE, 1));
    rig.dma(1, 0x1000, 1, new byte[1], Mode.ATS);
    rig.translated(1, 0x7000, 3);
    rig.next(PAGE);
    rig.news();

    rig.execute(new DeviceOperation.ReleaseCompletions());
    assertEquals(List.of(), reports(rig.news()));
    rig.accessed(2);

    assertEquals(List.of(new Report.InvalidationCompleted(1, 8)), reports(rig.news()));
  }

  private static List<Report> reports(List<DeviceFact> news) {
    return news.stream()
        .filter(DeviceFact.Reported.class::isInstance)
        .map(fact -> ((DeviceFact.Reported) fact).report())
        .toList();
  }

  @Test
  @DisplayName("forgetting answers that wait is harmless: the command comes again")
  void forgotten() {
    rig.dma(1, 0x1000, 1, null, Mode.ATS);
    rig.translated(1, 0x7000, 1);
    rig.next(PAGE);
    rig.device.dropSoftState();

    assertEquals(Rig.receipt(Receipt.DELAYED), rig.again(PAGE));
    rig.news();
    rig.accessed(2, (byte) 0);
    assertEquals(List.of(new Report.InvalidationCompleted(1, 8)), rig.reports());
  }

  @Test
  @DisplayName("host: replacing and unbinding void translations and wait for accesses")
  void hostReplaced() {
    var host = Rig.passthrough().ready();
    host.next(Rig.bind(1, HostFixture.FIRST));
    host.dma(1, 0x1000, 1, null, Mode.PLAIN);
    host.translated(1, 0x7000, 1);
    assertEquals(1, kept(host));

    assertEquals(Rig.receipt(Receipt.DELAYED), host.next(Rig.bind(1, HostFixture.SECOND)));
    assertEquals(0, kept(host));
    assertEquals(
        Rig.receipt(Receipt.DELAYED), host.receive(1, 2, 1, Rig.bind(1, HostFixture.SECOND)));
    host.device.dropSoftState();
    assertEquals(
        Rig.receipt(Receipt.DELAYED), host.receive(1, 2, 1, Rig.bind(1, HostFixture.SECOND)));
    host.news();
    host.accessed(2, (byte) 0);
    assertEquals(List.of(new Report.Answered(2, 0)), host.reports());
    assertEquals(Rig.done(3, 0), host.next(new Command.Unbind(1, false)));
  }

  @Test
  @DisplayName("host: a walk that was under way when the binding was replaced is made again")
  void hostWalk() {
    var host = Rig.passthrough().ready();
    host.next(Rig.bind(1, HostFixture.FIRST));
    host.dma(1, 0x1000, 1, null, Mode.PLAIN);
    host.next(Rig.bind(1, HostFixture.SECOND));
    host.reports();

    host.execute(new DeviceOperation.Translated(1, 1, 1, 0x7000, 0xFFF, 1));

    assertEquals(List.of(new Report.Walk(2, 1, 0x10104000, 48, 0, 0x1000, false)), host.reports());
  }

  @Test
  @DisplayName("host: a flush that the kernel refuses leaves the translation; nothing hides it")
  void hostFlushRefused() {
    var host = Rig.passthrough().ready();
    host.next(Rig.bind(1, HostFixture.FIRST));
    host.dma(1, 0x1000, 1, null, Mode.PLAIN);
    host.translated(1, 0x7000, 1);
    host.accessed(2, (byte) 0);
    host.execute(new DeviceOperation.FailHostCall(HostCall.Kind.INVALIDATE, 1, 0));

    assertEquals(Rig.done(2, -5), host.next(Rig.flush(1)));
    assertEquals(1, kept(host));
    assertEquals(Rig.done(3, 0), host.next(Rig.flush(1)));
    assertEquals(0, kept(host));
  }
}
