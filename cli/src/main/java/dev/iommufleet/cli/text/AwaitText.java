package dev.iommufleet.cli.text;

import dev.iommufleet.hardware.vtd.spec.RegisterMap;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.MemoryWordEquals;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.QueueIdle;
import dev.iommufleet.protocol.api.v1.RegisterEquals;
import java.util.List;

/** The operation that waits; the hardware knows nothing of it. */
final class AwaitText {
  private static final String DEADLINE = "deadline-millis";
  private static final String DEFAULT_MILLIS = "1000";

  static final List<String> FORMS =
      List.of(
          "await queue-idle [deadline-millis=1000]",
          "await memory-word address=… value=… [deadline-millis=1000]",
          "await register offset=… mask=… value=… [deadline-millis=1000]");

  private AwaitText() {}

  static Operation parse(Arguments arguments) {
    var await = Await.newBuilder();
    var condition = arguments.take("condition");
    switch (condition) {
      case "queue-idle" -> await.setQueueIdle(QueueIdle.getDefaultInstance());
      case "memory-word" ->
          await.setMemoryWord(
              MemoryWordEquals.newBuilder()
                  .setAddress(number(arguments, "address", 64))
                  .setValue((int) number(arguments, "value", 32)));
      case "register" -> await.setRegister(register(arguments));
      case null, default ->
          throw new IllegalArgumentException(
              "await waits for queue-idle, memory-word or register; forms: "
                  + String.join("; ", FORMS));
    }
    var millis = arguments.take(DEADLINE);
    await.setDeadlineMillis((int) Numbers.parse(millis == null ? DEFAULT_MILLIS : millis, 31));
    arguments.nothingLeft("await", String.join("; ", FORMS));
    return Operation.newBuilder().setAwait(await).build();
  }

  private static RegisterEquals register(Arguments arguments) {
    int offset = OperationText.offset(required(arguments, "offset"));
    boolean wide =
        RegisterMap.at(offset).filter(it -> it.offset() == offset && it.bytes() == 8).isPresent();
    return RegisterEquals.newBuilder()
        .setOffset(offset)
        .setSize(wide ? 8 : 4)
        .setMask(number(arguments, "mask", 64))
        .setValue(number(arguments, "value", 64))
        .build();
  }

  private static long number(Arguments arguments, String name, int bits) {
    return Numbers.parse(required(arguments, name), bits);
  }

  private static String required(Arguments arguments, String name) {
    var text = arguments.take(name);
    if (text == null) {
      throw new IllegalArgumentException(name + "= is missing; forms: " + String.join("; ", FORMS));
    }
    return text;
  }
}
