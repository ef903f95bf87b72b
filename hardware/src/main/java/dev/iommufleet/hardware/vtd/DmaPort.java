package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.vtd.Operation.Dma;
import java.util.Arrays;

/**
 * DMA as a function on the bus does it: piece by piece through the interrupt window, past
 * translation or through it. [TRN-1.2] [STR-10.1]
 */
final class DmaPort {
  private static final long WINDOW = 0xFEE0_0000L;
  private static final int PIECE = 4;
  private static final int WIDE_PIECE = 8;
  private static final long PAGE_OFFSET = 0xFFF;

  private final Core core;
  private final Selector selector;
  private final Translator translator;
  private final InterruptRemapper remapper;
  private final InterruptWindow window;

  private boolean error;
  private boolean decodeError;
  private boolean translated;

  DmaPort(
      Core core,
      Selector selector,
      Translator translator,
      InterruptRemapper remapper,
      InterruptWindow window) {
    this.core = core;
    this.selector = selector;
    this.translator = translator;
    this.remapper = remapper;
    this.window = window;
  }

  Reply.DmaDone dma(Dma request) {
    AddressSpace space = selector.space(request.sourceId(), Translator.key(request.pasid()));
    error = decodeError = false;
    translated = isTranslated(space); // A switch on the way acts from the next access on.
    byte[] data = request.write() ? request.data() : new byte[request.length()];
    for (int done = 0; done < request.length(); ) {
      done += piece(request, space, data, done);
    }
    return new Reply.DmaDone(status(), request.write() ? new byte[0] : data);
  }

  private BusStatus status() {
    if (error) {
      return decodeError ? BusStatus.ERROR_AND_DECODE_ERROR : BusStatus.ERROR;
    }
    return decodeError ? BusStatus.DECODE_ERROR : BusStatus.OK;
  }

  /** Does what one access can do from here on; returns its length in bytes. */
  private int piece(Dma request, AddressSpace space, byte[] data, int done) {
    long address = request.iova() + done;
    int left = request.length() - done;
    if (Core.isWindow(address) && !isTranslatedWindow(space)) {
      int length = aligned(address, left, space.windowFaults() ? WIDE_PIECE : PIECE);
      inWindow(request, space, address, Arrays.copyOfRange(data, done, done + length));
      return length;
    }
    int length = untilWindow(address, left);
    long target = address;
    if (translated) {
      var answer = translate(request, address);
      int wanted = request.write() ? Access.WRITE : Access.READ;
      if (!answer.ok() || (answer.permissions() & wanted) == 0) {
        decodeError = true;
        return aligned(address, length, PIECE);
      }
      target = answer.address() | address & answer.mask();
      length = (int) Math.min(length - 1L, answer.mask() - (address & answer.mask())) + 1;
    }
    return access(request, target, data, done, length);
  }

  /** Only requests without PASID are interrupts; others are translated there like elsewhere. */
  private boolean isTranslatedWindow(AddressSpace space) {
    return space.pasid != 0 && translated;
  }

  private boolean isTranslated(AddressSpace space) {
    return core.has(Quirk.PASS_THROUGH_NOT_REVOKED) ? space.translated() : core.translating();
  }

  private static int untilWindow(long address, int left) {
    boolean reaches = address < WINDOW && address >= 0 && address + left > WINDOW;
    return reaches ? (int) (WINDOW - address) : left;
  }

  /** Length of a naturally aligned access of at most {@code most} bytes. */
  private static int aligned(long address, int left, int most) {
    long alignment = (address & -address) == 0 ? most : Math.min(address & -address, most);
    return (int) Math.min(alignment, Integer.highestOneBit(Math.min(left, most)));
  }

  private Reply.Translation translate(Dma request, long address) {
    int access = request.write() ? Access.WRITE : Access.READ;
    var inner =
        new Operation.Translate(
            request.sourceId(), request.pasid(), address, access, request.type());
    var answer = translator.translate(inner);
    if (core.tracing()) {
      core.emit(new Fact.Translated(inner, answer));
    }
    core.flush();
    return answer;
  }

  private int access(Dma request, long target, byte[] data, int done, int length) {
    int inPage = (int) Math.min(length, PAGE_OFFSET + 1 - (target & PAGE_OFFSET));
    boolean reachable = !Core.overlapsRegisterPage(target, inPage);
    boolean ok =
        reachable
            && (request.write()
                ? store(target, Arrays.copyOfRange(data, done, done + inPage))
                : core.memory.read(target, data, done, inPage));
    if (ok) {
      return inPage;
    }
    decodeError = true;
    return aligned(target, length, PIECE);
  }

  private boolean store(long target, byte[] bytes) {
    boolean stored = core.store(target, bytes);
    if (stored) {
      core.emit(new Fact.PayloadWritten(target, bytes));
    }
    return stored;
  }

  // ---- interrupt window ----

  private void inWindow(Dma request, AddressSpace space, long address, byte[] bytes) {
    if (space.windowFaults()) {
      window.refuse(
          new Operation.AccessInterruptWindow(
              request.sourceId(), request.pasid(), address - WINDOW, request.write(), false));
      core.flush();
      error = true;
    } else if (bytes.length < PIECE) {
      decodeError = true;
    } else if (request.write()) {
      message(request, address, (int) LittleEndian.value(bytes, 0, PIECE));
    }
  }

  private void message(Dma request, long address, int value) {
    if (request.type() == AddressType.TRANSLATED) {
      window.refuse(
          new Operation.AccessInterruptWindow(
              request.sourceId(), request.pasid(), address, true, true));
      core.flush();
      error = true;
      return;
    }
    var inner = new Operation.RemapInterrupt(request.sourceId(), address, value, true);
    var answer = remapper.remap(inner);
    error |= !answer.ok();
    if (core.tracing()) {
      core.emit(new Fact.Remapped(inner, answer));
    }
    core.flush();
  }
}
