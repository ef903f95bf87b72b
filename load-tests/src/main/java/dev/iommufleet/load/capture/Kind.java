package dev.iommufleet.load.capture;

import java.util.Locale;

/** What is compared; the names are part of the command's contract. */
public enum Kind {
  REGISTER_READ,
  REGISTER_FILE,
  TRANSLATION,
  IOTLB,
  FAULT,
  INTERRUPT,
  MEMORY_WRITE,
  REMAP,
  ATS,
  PAGE_REQUEST,
  NOTIFICATION,
  ADDRESS_SPACE,
  PASID_CACHE,
  HOST_CALL,
  HOST_STATE;

  private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** As in tables and JSON. */
  public String text() {
    return text;
  }

  static Kind of(EventType type) {
    return switch (type) {
      case MMIO_READ -> REGISTER_READ;
      case REGS, INV_QUEUE_ERROR, CONFIG, RESET, MMIO_WRITE, MMIO_WRITE_END -> REGISTER_FILE;
      case TRANSLATE_BEGIN, TRANSLATE_END, DMA_BEGIN, DMA_END -> TRANSLATION;
      case IOTLB_INSERT, IOTLB_REMOVE, CC_INVALIDATE, CC_RESET -> IOTLB;
      case FAULT,
          FAULT_RECORD,
          IR_RANGE_ACCESS,
          IR_RANGE_ACCESS_END,
          IR_TRANSLATED_ACCESS,
          IR_TRANSLATED_ACCESS_END ->
          FAULT;
      case MSI -> INTERRUPT;
      case MEM_WRITE, MEM_READ, GUEST_WRITE -> MEMORY_WRITE;
      case IR_BEGIN, IR_END, IEC_NOTIFY -> REMAP;
      case ATS_BEGIN, ATS_END -> ATS;
      case PRI_BEGIN, PRI_END, PAGE_GROUP_RESPONSE, PRI_RESPONSE_DELIVERED -> PAGE_REQUEST;
      case NOTIFY, NOTIFY_DELIVERED, NOTIFIER_REGISTERED, REPLAY_BEGIN, REPLAY_END -> NOTIFICATION;
      case SWITCH_AS, AS_NEW -> ADDRESS_SPACE;
      case PASID_CACHE_RESET, PASID_CACHE_SYNC, PASID_CACHE_ENTRY -> PASID_CACHE;
      case HOST_HWPT_ALLOC,
          HOST_HWPT_FREE,
          HOST_ATTACH,
          HOST_DETACH,
          HOST_INVALIDATE,
          HOST_IOCTL,
          HOST_MESSAGE ->
          HOST_CALL;
      case HIOD_SET,
          HIOD_UNSET,
          HOST_OPEN,
          HOST_CLOSE,
          HOST_FAIL,
          HOST_STATE,
          POST_LOAD_BEGIN,
          POST_LOAD_END ->
          HOST_STATE;
      case HEADER, TRUNCATED, EOF ->
          throw new IllegalStateException(type + " is nothing that an IOMMU answers");
    };
  }
}
