package dev.iommufleet.cli.device;

import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.protocol.api.v1.HostDeviceCall;
import java.util.List;

/** Calls into a host's kernel, in words. */
final class CallText {
  private static final int COUNT_BITS = 31;
  private static final int PASID_BITS = 20;
  private static final int FLAG_BITS = 4;
  private static final int TABLE_FLAG_BITS = 3;
  private static final int WIDTH_BITS = 7;
  private static final int RECORD = 48;
  private static final int ANSWER = 8;

  private CallText() {}

  /**
   * @throws IllegalArgumentException the words are no call
   */
  static HostDeviceCall parse(List<String> words) {
    var call = HostDeviceCall.newBuilder();
    return switch (words.getFirst()) {
      case "nested" -> call.setAllocate(nested(words)).build();
      case "paging" -> call.setAllocatePaging(paging(words)).build();
      case "queue" -> call.setAllocateQueue(queue(words)).build();
      case "free" -> call.setFree(free(words)).build();
      case "attach" -> call.setAttach(attach(words)).build();
      case "detach" -> call.setDetach(detach(words)).build();
      case "read" -> call.setReadFaults(read(words)).build();
      case "write" -> call.setWriteFaults(write(words)).build();
      default ->
          throw new IllegalArgumentException(
              "'%s' is no call; there are nested, paging, queue, free, attach, detach, read, write"
                  .formatted(words.getFirst()));
    };
  }

  private static HostDeviceCall.Allocate.Builder nested(List<String> words) {
    form(words, 6, 8, "nested FUNCTION PARENT FLAGS WIDTH TABLE [TABLE-FLAGS [QUEUE]]");
    return HostDeviceCall.Allocate.newBuilder()
        .setDeviceId(number(words, 1, COUNT_BITS))
        .setParent(number(words, 2, COUNT_BITS))
        .setFlags(number(words, 3, FLAG_BITS))
        .setAddressWidth(number(words, 4, WIDTH_BITS))
        .setTable(Numbers.parse(words.get(5), Long.SIZE))
        .setTableFlags(number(words, 6, TABLE_FLAG_BITS))
        .setQueue(number(words, 7, COUNT_BITS));
  }

  private static HostDeviceCall.AllocatePaging.Builder paging(List<String> words) {
    form(words, 3, 4, "paging FUNCTION FLAGS [QUEUE]");
    return HostDeviceCall.AllocatePaging.newBuilder()
        .setDeviceId(number(words, 1, COUNT_BITS))
        .setFlags(number(words, 2, FLAG_BITS))
        .setQueue(number(words, 3, COUNT_BITS));
  }

  private static HostDeviceCall.AllocateQueue.Builder queue(List<String> words) {
    form(words, 1, 2, "queue [FLAGS]");
    return HostDeviceCall.AllocateQueue.newBuilder().setFlags(number(words, 1, FLAG_BITS));
  }

  private static HostDeviceCall.Free.Builder free(List<String> words) {
    form(words, 2, 2, "free OBJECT");
    return HostDeviceCall.Free.newBuilder().setObject(number(words, 1, COUNT_BITS));
  }

  private static HostDeviceCall.Attach.Builder attach(List<String> words) {
    form(words, 4, 4, "attach FUNCTION PASID OBJECT");
    return HostDeviceCall.Attach.newBuilder()
        .setDeviceId(number(words, 1, COUNT_BITS))
        .setPasid(number(words, 2, PASID_BITS))
        .setObject(number(words, 3, COUNT_BITS));
  }

  private static HostDeviceCall.Detach.Builder detach(List<String> words) {
    form(words, 3, 3, "detach FUNCTION PASID");
    return HostDeviceCall.Detach.newBuilder()
        .setDeviceId(number(words, 1, COUNT_BITS))
        .setPasid(number(words, 2, PASID_BITS));
  }

  private static HostDeviceCall.ReadFaults.Builder read(List<String> words) {
    form(words, 2, 4, "read QUEUE [BYTES [OFFSET]]");
    int bytes = words.size() > 2 ? number(words, 2, COUNT_BITS) : RECORD;
    return HostDeviceCall.ReadFaults.newBuilder()
        .setQueue(number(words, 1, COUNT_BITS))
        .setBytes(bytes)
        .setOffset(number(words, 3, COUNT_BITS))
        .setWritable(bytes);
  }

  private static HostDeviceCall.WriteFaults.Builder write(List<String> words) {
    form(words, 2, Integer.MAX_VALUE, "write QUEUE [COOKIE:CODE]...");
    var write =
        HostDeviceCall.WriteFaults.newBuilder()
            .setQueue(number(words, 1, COUNT_BITS))
            .setBytes((words.size() - 2) * ANSWER);
    for (var answer : words.subList(2, words.size())) {
      var parts = List.of(answer.split(":", -1));
      form(parts, 2, 2, "write QUEUE [COOKIE:CODE]...");
      write
          .addAnswersBuilder()
          .setCookie(number(parts, 0, COUNT_BITS))
          .setResponseCode(number(parts, 1, COUNT_BITS));
    }
    return write;
  }

  private static void form(List<String> words, int least, int most, String form) {
    if (words.size() < least || words.size() > most) {
      throw new IllegalArgumentException("the form is: " + form);
    }
  }

  /** What is left out at the end is 0. */
  private static int number(List<String> words, int index, int bits) {
    return index < words.size() ? (int) Numbers.parse(words.get(index), bits) : 0;
  }
}
