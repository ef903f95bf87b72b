package dev.iommufleet.hardware.vtd;

import static dev.iommufleet.hardware.vtd.Registers.*;

/**
 * Which bits of each register software can write, clear by writing 1, or not read back, and what
 * each holds after reset. Immutable. [REG-3.1]
 */
final class RegisterMasks {
  private static final int WORDS = BYTES / 4;

  private final int[] reset = new int[WORDS];
  private final int[] writable = new int[WORDS];
  private final int[] clearedByOne = new int[WORDS];
  private final int[] writeOnly = new int[WORDS];

  RegisterMasks(IommuConfig config) {
    var capabilities = config.capabilities();
    reset[0] = 0x10;
    resetQuad(CAP, capabilities.cap());
    resetQuad(ECAP, capabilities.ecap());
    commands();
    faultEvents(config);
    invalidation();
    if (capabilities.pageRequests()) {
      pageRequests(config);
    }
  }

  private void commands() {
    writable(GCMD, 0xFF80_0000);
    writeOnly[GCMD >> 2] = 0xFF80_0000;
    writableQuad(RTADDR, 0xFFFF_FFFF_FFFF_FC00L);
    writableQuad(CCMD, 0xE000_0003_FFFF_FFFFL);
    writeOnly[CCMD >> 2] = 0xFFFF_0000;
    writeOnly[CCMD + 4 >> 2] = 3;
    writableQuad(IRTA, 0xFFFF_FFFF_FFFF_F80FL);
    writableQuad(IVA, 0xFFFF_FFFF_FFFF_F07FL);
    writeOnly[IVA >> 2] = 0xFFFF_F07F;
    writeOnly[IVA + 4 >> 2] = -1;
    writableQuad(IOTLB, 0xB003_FFFF_0000_0000L);
  }

  private void faultEvents(IommuConfig config) {
    clearedByOne[FSTS >> 2] = config.has(Quirk.ABSENT_FUNCTION_COMPLETES) ? 0x11 : 0x71;
    event(FECTL, FEDATA, FEADDR, 0xFFFF);
    clearedByOne[FRCD + 12 >> 2] = 0x8000_0000;
    if (!config.has(Quirk.UPPER_EVENT_ADDRESS_ABSENT)) {
      writable(FEUADDR, -1);
      writable(IEUADDR, -1);
    }
  }

  private void invalidation() {
    writableQuad(IQT, 0x7FFF0);
    writableQuad(IQA, 0xFFFF_FFFF_FFFF_F807L);
    clearedByOne[ICS >> 2] = 1;
    event(IECTL, IEDATA, IEADDR, -1);
  }

  private void pageRequests(IommuConfig config) {
    writableQuad(PQH, 0x7FFE0);
    writableQuad(PQT, config.has(Quirk.PAGE_REQUEST_TAIL_WRITABLE) ? 0x7FFE0 : 0);
    writableQuad(PQA, 0xFFFF_FFFF_FFFF_F007L);
    clearedByOne[PRS >> 2] = pageRequestStatus();
    event(PECTL, PEDATA, PEADDR, 0xFFFF);
    if (config.has(Quirk.PAGE_REQUEST_EVENT_RESETS_UNMASKED)) {
      reset[PECTL >> 2] = 0;
    }
    writable(PEUADDR, -1);
  }

  /** Control, data and address register of an event interrupt; masked after reset. */
  private void event(int control, int data, int address, int dataMask) {
    reset[control >> 2] = 0x8000_0000;
    writable(control, 0x8000_0000);
    writable(data, dataMask);
    writable(address, 0xFFFF_FFFC);
  }

  private void writable(int offset, int mask) {
    writable[offset >> 2] = mask;
  }

  private void writableQuad(int offset, long mask) {
    writable(offset, (int) mask);
    writable(offset + 4, (int) (mask >>> 32));
  }

  private void resetQuad(int offset, long value) {
    reset[offset >> 2] = (int) value;
    reset[(offset >> 2) + 1] = (int) (value >>> 32);
  }

  int reset(int word) {
    return reset[word];
  }

  int writable(int word) {
    return writable[word];
  }

  /** PPR and PRO. */
  private static int pageRequestStatus() {
    return 3;
  }

  int clearedByOne(int word) {
    return clearedByOne[word];
  }

  int writeOnly(int word) {
    return writeOnly[word];
  }
}
