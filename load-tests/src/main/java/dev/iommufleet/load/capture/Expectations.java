package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.vtd.Operation;
import java.util.HashSet;
import java.util.Set;

/**
 * Takes from a capture's events what has no meaning, and finds what they tell between the lines.
 */
final class Expectations {
  private static final long FIRMWARE = 0xA_0000;
  private static final long FIRMWARE_END = 0x10_0000;
  private static final long RAM_END = 0x2000_0000;
  private static final long WINDOW = 0xFEE;

  private final Set<Long> responseListeners = new HashSet<>();
  private Step step;
  private long notifiedGroup;
  private boolean mapped;

  void begin(Step step) {
    this.step = step;
  }

  void effect(Event event) {
    switch (event.type) {
      case SWITCH_AS, PASID_CACHE_ENTRY -> event.group = group(event, Field.PASID);
      case AS_NEW ->
          event.group =
              AddressSpaces.announcement(
                  AddressSpaces.key(
                      event.get(Field.BUS) << 8 | event.get(Field.DEVFN), event.get(Field.PASID)));
      case NOTIFY -> notified(event);
      case NOTIFY_DELIVERED -> {
        event.group = notifiedGroup;
        dropUnmapped(event);
      }
      case MEM_WRITE -> event.put(Field.MEMTX, event.is(Field.MEMTX));
      case TRANSLATE_END -> event.forget(Field.PASID);
      case PAGE_GROUP_RESPONSE -> listener(event);
      default -> {}
    }
  }

  /** The answer of the whole operation. */
  void result(Step step) {
    Event result = step.result;
    if (result.type == EventType.TRANSLATE_END) {
      result.forget(Field.PASID);
    } else if (result.type == EventType.DMA_END) {
      boolean read = !step.request.is(Field.WRITE) && result.get(Field.MEMTX) == 0;
      step.plainData = !read || readsData();
      if (!read || !step.plainData) {
        result.forget(Field.VALUE);
      }
    }
  }

  private static long group(Event event, Field pasid) {
    return AddressSpaces.key(event.get(Field.SID), event.get(pasid));
  }

  private void notified(Event event) {
    if (event.has(Field.SID)) {
      event.group = group(event, Field.AS_PASID);
    } else {
      event.group = group(step.request, Field.PASID);
    }
    notifiedGroup = event.group;
    mapped = event.word(Field.TYPE) == Word.MAP;
    dropUnmapped(event);
  }

  /** What is unmapped has no translated address. */
  private void dropUnmapped(Event event) {
    if (!mapped) {
      event.forget(Field.TRANSLATED_ADDR);
    }
  }

  /** No line tells when a listener was added, only that it was there. */
  private void listener(Event event) {
    if (event.is(Field.DELIVERED) && responseListeners.add(group(event, Field.PASID))) {
      step.before.add(
          new Operation.AddPageResponseListener(
              event.getInt(Field.SID), AddressSpaces.pasid(event.get(Field.PASID))));
    }
  }

  /** Whether every part came from RAM or the interrupt window, not from firmware or a device. */
  private boolean readsData() {
    EventList events = step.expected;
    boolean translated = false;
    boolean data = true;
    for (int i = 1; i < events.size(); i++) {
      Event event = events.get(i);
      if (event.type == EventType.TRANSLATE_END) {
        translated = true;
        long offset = events.get(i - 1).get(Field.IOVA) & event.get(Field.ADDR_MASK);
        data &= isData(event.get(Field.TRANSLATED_ADDR) | offset);
      }
    }
    return translated ? data : isData(step.request.get(Field.IOVA));
  }

  private static boolean isData(long address) {
    boolean ram = address >= 0 && address < RAM_END;
    return ram && (address < FIRMWARE || address >= FIRMWARE_END) || address >>> 20 == WINDOW;
  }
}
