package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.device.DeviceFact.DmaOutcome;
import dev.iommufleet.hardware.device.DeviceFact.DropScope;
import dev.iommufleet.hardware.device.DeviceFact.GroupCause;
import dev.iommufleet.hardware.device.DeviceOperation.Mode;
import dev.iommufleet.hardware.link.Report;
import java.util.Arrays;

/**
 * Moves DMAs on: each asks for a translation where it has none, then makes its access, page by
 * page. An access that uses a translation is in flight until it is answered. [HOST-9] [TRN-10.1]
 */
final class DmaEngine implements PageRequester.Listener {
  private static final byte[] NOTHING = {};
  private static final int PAGE = 0x1000;
  private static final int PERMISSIONS = 3;

  private final DeviceCore core;
  private final PageRequester requester;

  DmaEngine(DeviceCore core, PageRequester requester) {
    this.core = core;
    this.requester = requester;
    requester.listen(this);
  }

  // ---- begin --------------------------------------------------------------------------------

  DeviceReply start(DeviceOperation.StartDma o) {
    int errno = errno(o);
    if (errno != 0) {
      return new DeviceReply.DmaStarted(errno, 0);
    }
    long id = core.dmas.lastDma() + 1;
    core.record(new DeviceFact.DmaStarted(id, o.pasid(), o.iova(), o.length(), o.data(), o.mode()));
    goOn(id);
    return new DeviceReply.DmaStarted(0, id);
  }

  private int errno(DeviceOperation.StartDma o) {
    if (core.link.state() != AttachState.ATTACHED || !core.link.up()) {
      return Errno.NO_DEVICE.negated();
    }
    boolean translates = o.mode() != Mode.PLAIN && !core.config.passthrough();
    boolean permitted =
        core.pci.busMaster()
            && core.pci.allows(o.pasid())
            && (!translates || core.pci.atsEnabled());
    return permitted ? 0 : Errno.NOT_PERMITTED.negated();
  }

  // ---- one step -----------------------------------------------------------------------------

  /** Asks what is next, or ends. */
  private void goOn(long id) {
    Dma dma = core.dmas.find(id);
    if (dma.left() == 0) {
      end(dma, DmaOutcome.OK);
    } else if (!core.pci.busMaster()) {
      end(dma, DmaOutcome.ABORTED);
    } else if (core.config.passthrough()) {
      throughHost(dma);
    } else if (dma.mode() == Mode.PLAIN) {
      plain(dma);
    } else {
      translated(dma);
    }
  }

  private void plain(Dma dma) {
    ask(
        dma,
        new Report.Dma(nextAsk(), dma.pasid(), dma.address(), dma.left(), payload(dma, dma.left())),
        false,
        dma.left());
  }

  private void translated(Dma dma) {
    var entry = core.cache.find(dma.pasid(), dma.address(), dma.wanted());
    if (entry != null) {
      access(dma, entry);
    } else {
      ask(dma, new Report.Translate(nextAsk(), dma.pasid(), dma.address(), dma.write()), false, 0);
    }
  }

  /** What is attached decides: nothing, the default object, or the guest's tables. */
  private void throughHost(Dma dma) {
    int key = core.key(dma.pasid());
    Integer attached = core.kernel.attached(DeviceCore.DEVICE, key);
    if (attached == null) {
      end(dma, DmaOutcome.BLOCKED);
      return;
    }
    HostObject object = core.kernel.object(attached).orElseThrow();
    var entry = core.cache.find(key, dma.address(), dma.wanted());
    if (!object.nested()) {
      throughDefault(dma);
    } else if (entry != null) {
      access(dma, entry);
    } else {
      ask(
          dma,
          new Report.Walk(
              nextAsk(),
              key,
              object.table(),
              object.addressWidth(),
              object.tableFlags(),
              dma.address(),
              dma.write()),
          false,
          0);
    }
  }

  /** The default object maps what the IOMMU lets the device see: that decides. [PT-3] */
  private void throughDefault(Dma dma) {
    byte[] data = payload(dma, dma.left());
    ask(
        dma,
        new Report.Dma(nextAsk(), dma.pasid(), dma.address(), dma.left(), data),
        true,
        dma.left());
  }

  private void access(Dma dma, DeviceFact.TranslationFilled entry) {
    long address = entry.address() | dma.address() & entry.mask();
    long toPageEnd = (dma.address() | entry.mask()) - dma.address();
    access(dma, address, (int) Math.min(dma.left() - 1L, toPageEnd) + 1);
  }

  private void access(Dma dma, long address, int length) {
    boolean host = core.config.passthrough();
    byte[] data = payload(dma, length);
    ask(dma, new Report.Access(nextAsk(), dma.pasid(), host, address, length, data), true, length);
  }

  private static byte[] payload(Dma dma, int length) {
    return dma.write() ? Arrays.copyOfRange(dma.data(), dma.done(), dma.done() + length) : null;
  }

  private long nextAsk() {
    return core.dmas.lastAsk() + 1;
  }

  private void ask(Dma dma, Report.Question question, boolean translated, int length) {
    core.record(new DeviceFact.DmaAsked(dma.id(), question, translated, length));
    core.report(question);
  }

  private void end(Dma dma, DmaOutcome outcome) {
    byte[] read = dma.write() || outcome != DmaOutcome.OK ? NOTHING : dma.data();
    core.record(new DeviceFact.DmaEnded(dma.id(), outcome, read));
  }

  // ---- answers ------------------------------------------------------------------------------

  DeviceReply translated(DeviceOperation.Translated o) {
    Dma dma = asking(o.ask());
    if (dma == null || !dma.translating()) {
      return ignored(o.epoch(), o.ask());
    }
    if (dma.aborting()) {
      end(dma, DmaOutcome.ABORTED);
    } else if (isOlderThanFlush(o) || isDetachedSince(dma)) {
      core.tell(new DeviceFact.FillDropped(dma.pasid(), dma.address(), o.generation()));
      goOn(dma.id());
    } else if ((o.permissions() & dma.wanted()) != dma.wanted()) {
      notMapped(dma);
    } else {
      access(dma, fill(dma, o));
    }
    core.freeAnswers();
    return new DeviceReply.Done();
  }

  /** A flush passed the answer on its way. */
  @Guard(value = "fill-generation", without = "false")
  private boolean isOlderThanFlush(DeviceOperation.Translated o) {
    return o.generation() < core.generation;
  }

  /** The tables that were walked are not those that the host has attached now. */
  @Guard(value = "fill-of-attached-tables", without = "false")
  private boolean isDetachedSince(Dma dma) {
    if (!(dma.question() instanceof Report.Walk walk)) {
      return false;
    }
    Integer attached = core.kernel.attached(DeviceCore.DEVICE, core.key(dma.pasid()));
    return attached == null
        || core.kernel.object(attached).map(object -> object.table() != walk.table()).orElse(true);
  }

  /** Keeps the translation of the page looked up: of the size answered, or the next smaller. */
  private DeviceFact.TranslationFilled fill(Dma dma, DeviceOperation.Translated o) {
    if (core.cache.isFull()) {
      core.drop(DropScope.EVERYTHING, 0, 0, 0);
    }
    long mask = TranslationCache.lookedUp(o.mask());
    long page = dma.address() & ~mask;
    long offset = page & o.mask();
    var entry =
        new DeviceFact.TranslationFilled(
            core.key(dma.pasid()),
            page,
            mask,
            o.address() & ~o.mask() | offset,
            o.permissions() & PERMISSIONS);
    core.record(entry);
    return entry;
  }

  private void notMapped(Dma dma) {
    boolean asks = dma.mode() == Mode.SVA && core.config.pci().pri();
    if (!asks || dma.attempts() >= DeviceLimits.DMA_ATTEMPTS) {
      end(dma, DmaOutcome.FAULT);
      return;
    }
    long page = dma.address() & -PAGE;
    var request =
        new DeviceOperation.RequestPage(
            dma.pasid(), page, !dma.write(), dma.write(), false, false, true);
    var answer = requester.request(request);
    if (answer.errno() == 0 && core.groups.find(answer.groupIndex()) == null) {
      end(dma, DmaOutcome.INVALID); // The host has answered it already.
    } else if (answer.errno() == 0) {
      core.record(new DeviceFact.DmaFaulted(dma.id(), answer.groupIndex()));
    } else if (answer.errno() == Errno.NO_SPACE.negated()) {
      core.record(new DeviceFact.DmaPaused(dma.id()));
    } else {
      end(dma, DmaOutcome.PAGE_REQUEST_FAILED);
    }
  }

  DeviceReply accessed(DeviceOperation.Accessed o) {
    Dma dma = asking(o.ask());
    if (dma == null || dma.translating()) {
      return ignored(o.epoch(), o.ask());
    }
    if (dma.aborting()) {
      end(dma, DmaOutcome.ABORTED);
    } else if (!o.ok()) {
      end(dma, DmaOutcome.FAULT);
    } else {
      byte[] read = dma.write() ? null : o.data();
      core.record(new DeviceFact.DmaAdvanced(dma.id(), dma.asked(), read));
      goOn(dma.id());
    }
    core.freeAnswers();
    return new DeviceReply.Done();
  }

  /** Bytes that the answer to this question has to bring; 0: none, or nobody asks it. */
  int expected(long epoch, long ask) {
    Dma dma = asking(ask);
    return dma == null || dma.write() || dma.translating() ? 0 : dma.asked();
  }

  /** Numbers of questions never come back: those of attachments that are over ask nobody. */
  private Dma asking(long ask) {
    return core.link.up() ? core.dmas.asking(ask) : null;
  }

  private DeviceReply ignored(long epoch, long ask) {
    core.tell(new DeviceFact.AnswerIgnored(epoch, ask));
    return new DeviceReply.Done();
  }

  // ---- page requests ------------------------------------------------------------------------

  @Override
  public void groupEnded(int groupIndex, GroupCause cause, int code) {
    for (Dma dma : core.dmas.all()) {
      if (dma.group() == groupIndex) {
        groupEnded(dma, cause, code);
      }
    }
  }

  private void groupEnded(Dma dma, GroupCause cause, int code) {
    switch (cause) {
      case RESPONSE -> responded(dma, code);
      case REFUSED -> {
        if (code == Errno.NO_SPACE.negated()) {
          core.record(new DeviceFact.DmaPaused(dma.id()));
        } else {
          end(dma, DmaOutcome.PAGE_REQUEST_FAILED);
        }
      }
      case UNBOUND -> end(dma, DmaOutcome.INVALID);
      case PRI_OFF -> end(dma, DmaOutcome.PAGE_REQUEST_FAILED);
      case FUNCTION_RESET, DETACHED -> end(dma, DmaOutcome.ABORTED);
    }
  }

  private void responded(Dma dma, int code) {
    switch (code) {
      case 0 -> goOn(dma.id());
      case 1 -> end(dma, DmaOutcome.INVALID);
      default -> end(dma, DmaOutcome.PAGE_REQUEST_FAILED);
    }
  }

  // ---- all of them --------------------------------------------------------------------------

  /** Everything that runs ends at once: what is under way comes to nothing. */
  void end() {
    core.dmas.all().forEach(dma -> end(dma, DmaOutcome.ABORTED));
  }

  /** Everything that runs goes no further. */
  void abort() {
    core.dmas.all().forEach(this::abort);
  }

  /** Without ATS nobody tells the device any more which translations are void. */
  void abortTranslated() {
    for (Dma dma : core.dmas.all()) {
      if (dma.mode() != Mode.PLAIN) {
        abort(dma);
      }
    }
  }

  /** What it has asked may be done yet: until it is answered, nobody may take it for ended. */
  private void abort(Dma dma) {
    if (dma.question() == null) {
      end(dma, DmaOutcome.ABORTED);
    } else if (!dma.aborting()) {
      core.record(new DeviceFact.DmaAborting(dma.id()));
    }
  }

  /** What paused asks again. */
  void poll() {
    for (Dma dma : core.dmas.all()) {
      if (dma.paused()) {
        goOn(dma.id());
      }
    }
  }

  /** What asked for a translation asks again, under another number. */
  void resume() {
    for (Dma dma : core.dmas.all()) {
      boolean idle = dma.question() == null && dma.group() == Dma.NONE && !dma.paused();
      if (dma.translating() && !dma.aborting() || idle) {
        goOn(dma.id());
      }
    }
  }
}
