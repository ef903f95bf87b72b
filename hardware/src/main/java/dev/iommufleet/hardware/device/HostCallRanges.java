package dev.iommufleet.hardware.device;

/** Which calls into the host's kernel can be written down. */
final class HostCallRanges {
  /** Answers in one write. */
  static final int MOST_ANSWERS = 512;

  private static final int MOST_PASID = 0xFFFFF;
  private static final int MOST_FLAGS = 15;
  private static final int MOST_TABLE_FLAGS = 7;
  private static final int MOST_ADDRESS_WIDTH = 127;

  private HostCallRanges() {}

  /** Null: nothing is wrong. */
  static String wrong(HostCall call) {
    return switch (call) {
      case HostCall.Allocate c ->
          first(
              range("function", c.deviceId(), Integer.MAX_VALUE),
              range("parent", c.parent(), Integer.MAX_VALUE),
              range("flags", c.flags(), MOST_FLAGS),
              range("table flags", c.tableFlags(), MOST_TABLE_FLAGS),
              range("address width", c.addressWidth(), MOST_ADDRESS_WIDTH),
              range("queue", c.queue(), Integer.MAX_VALUE));
      case HostCall.AllocatePaging c ->
          first(
              range("function", c.deviceId(), Integer.MAX_VALUE),
              range("flags", c.flags(), MOST_FLAGS),
              range("queue", c.queue(), Integer.MAX_VALUE));
      case HostCall.AllocateQueue c -> range("flags", c.flags(), MOST_FLAGS);
      case HostCall.Free c -> range("object", c.object(), Integer.MAX_VALUE);
      case HostCall.Attach c ->
          first(
              range("function", c.deviceId(), Integer.MAX_VALUE),
              range("PASID", c.pasid(), MOST_PASID),
              range("object", c.object(), Integer.MAX_VALUE));
      case HostCall.Detach c ->
          first(
              range("function", c.deviceId(), Integer.MAX_VALUE),
              range("PASID", c.pasid(), MOST_PASID));
      case HostCall.Invalidate c -> range("object", c.object(), Integer.MAX_VALUE);
      case HostCall.ReadFaults c ->
          first(
              range("queue", c.queue(), Integer.MAX_VALUE),
              range("offset", c.offset(), Integer.MAX_VALUE),
              range("bytes", c.bytes(), Integer.MAX_VALUE),
              range("writable bytes", c.writable(), Integer.MAX_VALUE));
      case HostCall.WriteFaults c ->
          first(
              range("queue", c.queue(), Integer.MAX_VALUE),
              range("offset", c.offset(), Integer.MAX_VALUE),
              range("bytes", c.bytes(), Integer.MAX_VALUE),
              range("number of answers", c.answers().size(), MOST_ANSWERS),
              answers(c));
    };
  }

  private static String answers(HostCall.WriteFaults call) {
    for (var answer : call.answers()) {
      String wrong =
          first(
              range("cookie", answer.cookie(), Integer.MAX_VALUE),
              range("response code", answer.responseCode(), Integer.MAX_VALUE));
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private static String range(String name, int value, int most) {
    return value >= 0 && value <= most
        ? null
        : "%s %d; 0 to %d are possible".formatted(name, value, most);
  }

  private static String first(String... wrong) {
    for (String one : wrong) {
      if (one != null) {
        return one;
      }
    }
    return null;
  }
}
