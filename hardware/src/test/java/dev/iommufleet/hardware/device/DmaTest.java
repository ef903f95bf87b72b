package dev.iommufleet.hardware.device;

import static dev.iommufleet.hardware.device.ConfigRegister.ATS_CONTROL;
import static dev.iommufleet.hardware.device.ConfigRegister.COMMAND;
import static dev.iommufleet.hardware.device.ConfigRegister.DEVICE_CONTROL;
import static dev.iommufleet.hardware.device.ConfigRegister.PRI_CONTROL;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.iommufleet.hardware.device.DeviceFact.DmaAborting;
import dev.iommufleet.hardware.device.DeviceFact.DmaEnded;
import dev.iommufleet.hardware.device.DeviceFact.DmaOutcome;
import dev.iommufleet.hardware.device.DeviceOperation.Mode;
import dev.iommufleet.hardware.device.DeviceReply.DmaStarted;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("DMA of a device")
class DmaTest {
  private static final int READ = 1;
  private static final int BOTH = 3;

  private final Rig rig = Rig.emulated().ready();

  private void ended(Rig device, DmaOutcome outcome, byte... data) {
    var ended = device.news(DmaEnded.class);
    assertEquals(1, ended.size(), ended::toString);
    assertEquals(outcome, ended.getFirst().outcome());
    assertArrayEquals(data, ended.getFirst().data());
  }

  private static Report asked(Rig device) {
    var reports = device.reports();
    assertEquals(1, reports.size(), reports::toString);
    return reports.getFirst();
  }

  // ---- emulated -----------------------------------------------------------------------------

  @Test
  @DisplayName("plain: the IOMMU does all of it at once")
  void plain() {
    assertEquals(new DmaStarted(0, 1), rig.dma(1, 0xFFE, 4, null, Mode.PLAIN));
    assertEquals(new Report.Dma(1, 1, 0xFFE, 4, null), asked(rig));

    rig.accessed(1, (byte) 1, (byte) 2, (byte) 3, (byte) 4);

    ended(rig, DmaOutcome.OK, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
  }

  @Test
  @DisplayName("plain: what the IOMMU blocks is a fault")
  void plainFault() {
    rig.dma(Rig.NO_PASID, 0x1000, 2, new byte[2], Mode.PLAIN);

    rig.execute(new DeviceOperation.Accessed(1, 1, false, null));

    ended(rig, DmaOutcome.FAULT);
  }

  @Test
  @DisplayName("ATS: each page is asked for once, then comes from the device TLB")
  void ats() {
    rig.dma(1, 0x1FFE, 4, null, Mode.ATS);
    assertEquals(new Report.Translate(1, 1, 0x1FFE, false), asked(rig));
    rig.translated(1, 0x7000, BOTH);
    assertEquals(new Report.Access(2, 1, false, 0x7FFE, 2, null), asked(rig));
    rig.accessed(2, (byte) 1, (byte) 2);
    assertEquals(new Report.Translate(3, 1, 0x2000, false), asked(rig));
    rig.translated(3, 0x9000, READ);
    assertEquals(new Report.Access(4, 1, false, 0x9000, 2, null), asked(rig));
    rig.accessed(4, (byte) 3, (byte) 4);
    ended(rig, DmaOutcome.OK, (byte) 1, (byte) 2, (byte) 3, (byte) 4);

    rig.dma(1, 0x1004, 1, null, Mode.ATS);
    assertEquals(new Report.Access(5, 1, false, 0x7004, 1, null), asked(rig));
    rig.dma(2, 0x1004, 1, null, Mode.ATS);
    assertEquals(new Report.Translate(6, 2, 0x1004, false), asked(rig), "another PASID");
  }

  @Test
  @DisplayName("a translation without the permission wanted is asked for anew")
  void permission() {
    rig.dma(1, 0x1000, 1, null, Mode.ATS);
    rig.translated(1, 0x7000, READ);
    rig.accessed(2, (byte) 1);
    rig.news();

    rig.dma(1, 0x1000, 1, new byte[] {9}, Mode.ATS);
    assertEquals(new Report.Translate(3, 1, 0x1000, true), asked(rig));
    rig.translated(3, 0x7000, READ);
    ended(rig, DmaOutcome.FAULT);
  }

  @Test
  @DisplayName("a 2 MiB page serves all of it; an odd size counts as the next smaller")
  void largePage() {
    rig.dma(1, 0x4020_3004L, 1, null, Mode.ATS);
    rig.execute(new DeviceOperation.Translated(1, 1, 0, 0x8000_0000L, 0x3FF_FFFFL, READ));

    assertEquals(
        List.of(new DeviceFact.TranslationFilled(1, 0x4020_0000L, 0x1F_FFFFL, 0x8020_0000L, READ)),
        rig.device.view().translations());
    assertEquals(new Report.Access(2, 1, false, 0x8020_3004L, 1, null), rig.reports().getLast());
  }

  @Test
  @DisplayName("when the device TLB is full it is emptied")
  void full() {
    for (int page = 0; page <= DeviceLimits.MOST_TRANSLATIONS; page++) {
      rig.dma(1, (long) page << 12, 1, null, Mode.ATS);
      long ask = 2L * page + 1;
      rig.translated(ask, (long) page << 12, READ);
      rig.accessed(ask + 1, (byte) 0);
    }

    assertEquals(1, rig.device.view().translations().size());
  }

  @Test
  @DisplayName("who may not is told so at once; so is what cannot be")
  void permissions() {
    rig.write(ATS_CONTROL, 0);
    assertEquals(new DmaStarted(-1, 0), rig.dma(1, 0, 1, null, Mode.ATS));
    assertEquals(new DmaStarted(0, 1), rig.dma(1, 0, 1, null, Mode.PLAIN));
    rig.write(COMMAND, 0);
    assertEquals(new DmaStarted(-1, 0), rig.dma(1, 0, 1, null, Mode.PLAIN));
    assertEquals(new DmaStarted(-19, 0), Rig.emulated().dma(1, 0, 1, null, Mode.PLAIN));
    assertInstanceOf(DeviceReply.Refused.class, rig.dma(1, 0, 4097, null, Mode.PLAIN));
    assertInstanceOf(DeviceReply.Refused.class, rig.dma(1, -1, 2, null, Mode.PLAIN));
    assertInstanceOf(DeviceReply.Refused.class, rig.dma(1 << 20, 0, 2, null, Mode.PLAIN));
    assertInstanceOf(DeviceReply.Refused.class, rig.dma(1, 0, 2, new byte[1], Mode.PLAIN));
  }

  @Test
  @DisplayName("more than may run are refused")
  void limit() {
    for (int i = 0; i < DeviceLimits.MOST_DMAS; i++) {
      assertEquals(new DmaStarted(0, i + 1), rig.dma(1, 0, 1, null, Mode.PLAIN));
    }

    assertInstanceOf(DeviceReply.Refused.class, rig.dma(1, 0, 1, null, Mode.PLAIN));
  }

  @Test
  @DisplayName("disabling ATS ends what would keep translations; a plain DMA goes on")
  void atsOff() {
    rig.dma(1, 0x1000, 1, null, Mode.ATS);
    rig.dma(1, 0x1000, 1, null, Mode.PLAIN);
    rig.write(ATS_CONTROL, 0);
    assertEquals(List.of(new DmaAborting(1)), rig.news(DmaAborting.class));

    rig.translated(1, 0x7000, READ);
    ended(rig, DmaOutcome.ABORTED);
    assertEquals(List.of(), rig.device.view().translations());
    rig.accessed(2, (byte) 1);
    ended(rig, DmaOutcome.OK, (byte) 1);
  }

  @Test
  @DisplayName("leaving ends what runs; later answers mean nothing")
  void left() {
    rig.dma(1, 0x1000, 1, null, Mode.PLAIN);
    rig.dma(1, 0x1000, 1, null, Mode.ATS);
    rig.write(ATS_CONTROL, 0);
    rig.news();

    rig.next(new Command.Detach());

    assertEquals(
        List.of(DmaOutcome.ABORTED, DmaOutcome.ABORTED),
        rig.news(DmaEnded.class).stream().map(DmaEnded::outcome).toList());
    rig.translated(2, 0x7000, READ);
    assertEquals(1, rig.news(DeviceFact.AnswerIgnored.class).size());
  }

  @Test
  @DisplayName("function-level reset ends a DMA when what it has asked is answered, whatever comes")
  void reset() {
    rig.dma(1, 0x1000, 1, null, Mode.ATS);
    rig.dma(1, 0x1000, 1, null, Mode.PLAIN);
    rig.news();

    rig.write(DEVICE_CONTROL, 0x8000);
    rig.write(DEVICE_CONTROL, 0x8000);

    var news = rig.news();
    assertEquals(
        List.of(new DmaAborting(1), new DmaAborting(2)),
        news.stream().filter(DeviceFact.OfDma.class::isInstance).toList(),
        "once");
    assertEquals(2, rig.device.view().dmas().size(), "they run");
    rig.translated(1, 0x7000, READ);
    ended(rig, DmaOutcome.ABORTED);
    assertEquals(List.of(), rig.device.view().translations());
    rig.execute(new DeviceOperation.Accessed(1, 2, false, null));
    ended(rig, DmaOutcome.ABORTED);
  }

  @Test
  @DisplayName("after a restart a DMA that was reset goes on to ask the same question")
  void resetThenResume() {
    rig.dma(1, 0x1000, 1, null, Mode.ATS);
    rig.write(DEVICE_CONTROL, 0x8000);
    rig.news();
    var after = Rig.emulated();
    rig.device.describe(after.device::apply);

    after.execute(new DeviceOperation.Resume());

    assertEquals(List.of(), after.reports());
    assertEquals(
        List.of(new Report.Translate(1, 1, 0x1000, false)),
        after.device.view().owed().stream().map(HostDevice.Owed::report).toList());
    after.translated(1, 0x7000, READ);
    ended(after, DmaOutcome.ABORTED);
  }

  @Test
  @DisplayName("function-level reset ends at once a DMA that waits to ask again")
  void resetPaused() {
    faulted();
    rig.next(new Command.PageRequestAnswered(1, -28));
    rig.news();

    rig.write(DEVICE_CONTROL, 0x8000);

    ended(rig, DmaOutcome.ABORTED);
  }

  @Test
  @DisplayName("after a restart a translation is asked for under another number, an access is not")
  void resume() {
    rig.dma(1, 0x1000, 1, null, Mode.ATS);
    rig.dma(1, 0x1000, 1, null, Mode.PLAIN);
    rig.news();

    rig.execute(new DeviceOperation.Resume());

    assertEquals(List.of(new Report.Translate(3, 1, 0x1000, false)), rig.reports());
    rig.translated(1, 0x7000, READ);
    assertEquals(1, rig.news(DeviceFact.AnswerIgnored.class).size());
    assertEquals(2, rig.device.view().owed().size());
  }

  // ---- page requests ------------------------------------------------------------------------

  private void faulted() {
    rig.dma(1, 0x1234, 1, new byte[] {5}, Mode.SVA);
    rig.translated(1, 0, 0);
  }

  @Test
  @DisplayName("SVA: what is not mapped is asked for; after success it is translated again")
  void sva() {
    faulted();
    assertEquals(
        new Report.PageRequested(1, 1, 0x1000, false, true, false, false, true, 0),
        rig.reports().getLast());
    rig.next(new Command.PageRequestAnswered(1, 0));
    assertEquals(List.of(), rig.reports());

    rig.next(new Command.Respond(1, 0, 0));
    assertEquals(new Report.Translate(2, 1, 0x1234, true), asked(rig));
    rig.translated(2, 0x7000, BOTH);
    rig.accessed(3);
    ended(rig, DmaOutcome.OK);
  }

  @Test
  @DisplayName("SVA: invalid gives up, failure too, and so does disabling page requests")
  void svaEnds() {
    faulted();
    rig.next(new Command.Respond(1, 0, 1));
    ended(rig, DmaOutcome.INVALID);

    rig.dma(1, 0x1234, 1, null, Mode.SVA);
    rig.translated(2, 0, 0);
    rig.write(PRI_CONTROL, 0);
    ended(rig, DmaOutcome.PAGE_REQUEST_FAILED);
    rig.write(PRI_CONTROL, 1);

    rig.dma(1, 0x1234, 1, null, Mode.SVA);
    rig.translated(3, 0, 0);
    rig.next(new Command.Respond(1, 2, 0xF));
    ended(rig, DmaOutcome.PAGE_REQUEST_FAILED);
  }

  @Test
  @DisplayName("SVA: what overflowed is asked for again after a while, other refusals end it")
  void svaRefused() {
    faulted();
    rig.next(new Command.PageRequestAnswered(1, -28));
    assertEquals(true, rig.device.view().waitsForPoll());
    rig.reports();
    rig.execute(new DeviceOperation.Poll());
    assertEquals(new Report.Translate(2, 1, 0x1234, true), asked(rig));
    rig.translated(2, 0, 0);
    rig.next(new Command.PageRequestAnswered(2, -22));

    ended(rig, DmaOutcome.PAGE_REQUEST_FAILED);
  }

  @Test
  @DisplayName("SVA: a page that never comes is a fault in the end")
  void svaAttempts() {
    rig.dma(1, 0x1000, 1, null, Mode.SVA);
    for (int attempt = 0; attempt < DeviceLimits.DMA_ATTEMPTS; attempt++) {
      rig.translated(attempt + 1, 0, 0);
      rig.next(new Command.PageRequestAnswered(attempt + 1, 0));
      rig.next(new Command.Respond(1, attempt, 0));
    }
    rig.news();

    rig.translated(DeviceLimits.DMA_ATTEMPTS + 1, 0, 0);

    ended(rig, DmaOutcome.FAULT);
  }

  // ---- passed through -----------------------------------------------------------------------

  @Test
  @DisplayName("host: nothing attached blocks, with the default object the IOMMU decides")
  void hostDefault() {
    var host = Rig.passthrough().ready();
    host.dma(Rig.NO_PASID, 0x12FFF, 2, null, Mode.PLAIN);
    assertEquals(new Report.Dma(1, -1, 0x12FFF, 2, null), asked(host));
    host.accessed(1, (byte) 1, (byte) 2);
    ended(host, DmaOutcome.OK, (byte) 1, (byte) 2);

    host.dma(1, 0x1000, 1, null, Mode.PLAIN);
    ended(host, DmaOutcome.BLOCKED);
  }

  @Test
  @DisplayName("host: a nested object is walked, and its translations are kept until flushed")
  void hostNested() {
    var host = Rig.passthrough().ready();
    host.next(Rig.bind(0, HostFixture.FIRST));
    host.next(Rig.bind(1, new long[] {0x49, 5, 0x10104085L, 0, 0, 0, 0, 0}));
    host.news();

    host.dma(1, 0x1234, 1, null, Mode.PLAIN);
    assertEquals(new Report.Walk(1, 1, 0x10104000, 57, 3, 0x1234, false), asked(host));
    host.translated(1, 0x7000, READ);
    assertEquals(new Report.Access(2, 1, true, 0x7234, 1, null), asked(host));
    host.accessed(2, (byte) 1);
    host.news();
    host.dma(1, 0x1234, 1, null, Mode.PLAIN);
    assertEquals(new Report.Access(3, 1, true, 0x7234, 1, null), asked(host), "kept");
    host.accessed(3, (byte) 1);

    host.next(Rig.flush(0));
    assertEquals(1, host.device.view().translations().size(), "another object");
    host.next(new Command.Flush(1, 0x2000, 1, false));
    assertEquals(1, host.device.view().translations().size(), "another page");
    host.next(new Command.Flush(1, 0x1000, 1, false));
    assertEquals(0, host.device.view().translations().size());
  }
}
