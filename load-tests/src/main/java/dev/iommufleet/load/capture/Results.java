package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.vtd.BusStatus;
import dev.iommufleet.hardware.vtd.Reply;

/** The target's replies in the capture's terms. */
final class Results {
  private static final int NUMBERS_OF_A_RESULT = 4;
  private static final int ERROR = 1;
  private static final int DECODE_ERROR = 2;

  private final Event event = new Event();

  /** The answer that stands against the step's result; null: the reply is of another kind. */
  Event of(Step step) {
    event.start(step.result.type, step.seq);
    return switch (step.reply()) {
      case Reply.RegisterValue reply when event.type == EventType.MMIO_READ -> {
        event
            .put(Field.ADDR, step.result.get(Field.ADDR))
            .put(Field.SIZE, step.result.get(Field.SIZE))
            .put(Field.VAL, reply.value());
        yield event;
      }
      case Reply.Translation reply when event.type == EventType.TRANSLATE_END -> {
        Answers.translation(event, reply);
        yield event;
      }
      case Reply.RemappedInterrupt reply when event.type == EventType.IR_END -> {
        Answers.remapped(event, reply);
        yield event;
      }
      case Reply.AtsTranslations reply when event.type == EventType.ATS_END -> ats(reply);
      case Reply.PageRequestAnswer reply when event.type == EventType.PRI_END ->
          event.put(Field.RET, reply.status().errno());
      case Reply.NotifierAdded reply when event.type == EventType.NOTIFIER_REGISTERED ->
          event.put(Field.RET, reply.status().errno());
      case Reply.Done reply when event.type == EventType.POST_LOAD_END ->
          event.put(Field.RET, reply.status() == BusStatus.OK ? 0 : -1);
      case Reply.DeviceAttached reply when event.type == EventType.HIOD_SET -> {
        String refusal = HostWords.refusal(reply);
        yield event.put(Field.OK, refusal == null).put(Field.ERROR, refusal);
      }
      case Reply.DeviceDetached reply when event.type == EventType.HIOD_UNSET ->
          event
              .put(Field.WAS_SET, reply.wasAttached())
              .put(Field.BINDINGS_DROPPED, reply.bindings());
      case Reply.DmaDone reply when event.type == EventType.DMA_END -> dma(reply);
      case null, default -> {
        // A reply that does not fit is shown as an answer without any field.
        yield event;
      }
    };
  }

  private Event ats(Reply.AtsTranslations reply) {
    boolean ok = reply.status() == Reply.Status.OK;
    var entries = reply.entries();
    long[] numbers = new long[ok ? entries.size() * NUMBERS_OF_A_RESULT : 0];
    for (int i = 0, at = 0; at < numbers.length; i++) {
      numbers[at++] = entries.get(i).iova();
      numbers[at++] = entries.get(i).address();
      numbers[at++] = entries.get(i).mask();
      numbers[at++] = entries.get(i).permissions();
    }
    return event
        .put(Field.RET, ok ? entries.size() : reply.status().errno())
        .put(Field.ERR_COUNT, reply.errorCount())
        .put(Field.RESULTS, numbers);
  }

  private Event dma(Reply.DmaDone reply) {
    long status =
        switch (reply.status()) {
          case OK -> 0;
          case ERROR -> ERROR;
          case DECODE_ERROR -> DECODE_ERROR;
          case ERROR_AND_DECODE_ERROR -> ERROR | DECODE_ERROR;
        };
    long value = 0;
    byte[] data = reply.data();
    for (int i = Math.min(data.length, Long.BYTES) - 1; i >= 0; i--) {
      value = value << Byte.SIZE | data[i] & 0xFF;
    }
    return event.put(Field.MEMTX, status).put(Field.VALUE, value);
  }
}
