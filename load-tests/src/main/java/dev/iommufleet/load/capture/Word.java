package dev.iommufleet.load.capture;

import java.util.Locale;

/** A value that the format spells as a word. */
enum Word {
  REALIZE,
  RESET,
  POST_LOAD,
  // kind of a memory access
  ROOT,
  CONTEXT,
  PASID_DIR,
  PASID_ENTRY,
  SSPTE,
  FSPTE,
  SSPTE_SYNC,
  INV_DESC,
  IRTE,
  PTE_AD,
  WAIT_STATUS,
  PRQ,
  // address type
  UNTRANSLATED,
  TRANSLATED,
  ATS,
  // source of a translation
  IOTLB,
  WALK,
  PASSTHROUGH,
  DISABLED,
  // scope
  ALL,
  DOMAIN,
  PAGE,
  PASID,
  PASID_PAGE,
  GLOBAL,
  DEVICE,
  // PASID-cache action
  ABSENT,
  INVALIDATE,
  FILL,
  UNCHANGED,
  CHANGED,
  // fault class and outcome
  DMAR,
  IR,
  REPORTED,
  FPD_SUPPRESSED,
  ATS_RECOVERABLE,
  RECORDED,
  RECORDED_NO_EVENT,
  COLLAPSED,
  PFO_PENDING,
  OVERFLOW_SET_PFO,
  // cause of an interrupt
  FAULT_EVENT,
  INVALIDATION_COMPLETION,
  PAGE_REQUEST,
  // notification
  PSI,
  SYNC,
  REPLAY,
  UNMAP_ALL,
  UNMAP_ALL_DIRTY,
  UNMAP_RANGE,
  DEVICE_IOTLB,
  MAP("MAP"),
  UNMAP("UNMAP"),
  DEVIOTLB_UNMAP("DEVIOTLB_UNMAP"),
  // what stands between a device and the host
  IOMMUFD,
  LEGACY,
  NOCAP,
  // kind of a call that fails; invalidate stands above
  ALLOC,
  FREE,
  ATTACH,
  DETACH,
  // mode of an attachment
  REPLACE;

  static final Word[] VALUES = values();
  static final Symbols SYMBOLS = new Symbols(texts());

  private final String text;

  Word() {
    this.text = name().toLowerCase(Locale.ROOT);
  }

  Word(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  private static String[] texts() {
    String[] texts = new String[VALUES.length];
    for (Word word : VALUES) {
      texts[word.ordinal()] = word.text;
    }
    return texts;
  }
}
