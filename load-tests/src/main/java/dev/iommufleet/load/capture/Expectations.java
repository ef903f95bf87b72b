package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.vtd.Operation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
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

  /** Devices that nested objects were allocated for, by object. */
  private final Map<Long, Long> owners = new HashMap<>();

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
      case HOST_HWPT_ALLOC, HOST_HWPT_FREE, HOST_ATTACH, HOST_DETACH, HOST_INVALIDATE ->
          hostCall(event);
      case HOST_IOCTL -> event.group = HostCalls.group(0);
      case HOST_MESSAGE -> {
        event.put(Field.TEXT, HostWords.withoutNames(event.text()));
        event.group = HostCalls.group(event.text());
      }
      default -> {}
    }
  }

  /** The line is question and answer in one. */
  void single(Step step) throws LineException {
    Event line = step.request;
    step.main = Requests.operation(line);
    step.hasResult = true;
    switch (step.type) {
      case HIOD_SET ->
          step.result
              .start(step.type, step.seq)
              .put(Field.OK, line.get(Field.OK))
              .put(Field.ERROR, line.is(Field.ERROR) ? HostWords.withoutNames(line.text()) : null);
      case HIOD_UNSET ->
          step.result
              .start(step.type, step.seq)
              .put(Field.WAS_SET, line.get(Field.WAS_SET))
              .put(Field.BINDINGS_DROPPED, line.get(Field.BINDINGS_DROPPED));
      default -> step.result.copy(line);
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

  private void hostCall(Event event) {
    long device =
        switch (event.type) {
          case HOST_HWPT_FREE -> owners.getOrDefault(event.get(Field.ID), 0L);
          case HOST_INVALIDATE -> owners.getOrDefault(event.get(Field.HWPT), 0L);
          default -> event.get(Field.DEVID);
        };
    event.group = HostCalls.group(device);
    if (event.type == EventType.HOST_HWPT_ALLOC && event.get(Field.RET) == 0) {
      owners.put(event.get(Field.ID), device);
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
