package dev.iommufleet.persistence.mapping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Records come back from their messages as they were")
class RoundTripTest {
  private static final int TIMES = 200;
  private static final long SEED = Long.getLong("test.seed", 20261121);

  private final RandomRecords records = new RandomRecords(SEED);

  static Stream<Class<?>> operations() {
    return RandomRecords.leaves(Operation.class);
  }

  static Stream<Class<?>> replies() {
    return RandomRecords.leaves(Reply.class);
  }

  static Stream<Class<?>> commands() {
    return RandomRecords.leaves(Command.class);
  }

  static Stream<Class<?>> facts() {
    return RandomRecords.leaves(Fact.class);
  }

  @ParameterizedTest
  @MethodSource("operations")
  @DisplayName("each operation")
  void operation(Class<?> type) throws InvalidProtocolBufferException {
    for (int i = 0; i < TIMES; i++) {
      var operation = (Operation) records.make(type);

      var bytes = Operations.write(operation).toByteArray();
      var back = Operations.read(dev.iommufleet.protocol.api.v1.Operation.parseFrom(bytes));

      assertSame(operation, back);
    }
  }

  @ParameterizedTest
  @MethodSource("replies")
  @DisplayName("each reply")
  void reply(Class<?> type) throws InvalidProtocolBufferException {
    for (int i = 0; i < TIMES; i++) {
      var reply = (Reply) records.make(type);

      var bytes = Replies.write(reply).toByteArray();
      var back = Replies.read(dev.iommufleet.protocol.api.v1.Reply.parseFrom(bytes));

      assertSame(reply, back);
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  @DisplayName("each command of the link")
  void command(Class<?> type) throws InvalidProtocolBufferException {
    for (int i = 0; i < TIMES; i++) {
      var command = (Command) records.make(type);

      var bytes = Links.write(command).toByteArray();
      var back = Links.read(dev.iommufleet.protocol.api.v1.Command.parseFrom(bytes));

      assertSame(command, back);
    }
  }

  @ParameterizedTest
  @MethodSource("facts")
  @DisplayName("each fact")
  void fact(Class<?> type) throws InvalidProtocolBufferException {
    for (int i = 0; i < TIMES; i++) {
      var fact = (Fact) records.make(type);

      var bytes = Facts.write(fact).toByteArray();
      var back = Facts.read(dev.iommufleet.protocol.api.v1.Fact.parseFrom(bytes));

      assertSame(fact, back);
      assertEquals(Facts.write(fact), Facts.write(back));
    }
  }

  private static void assertSame(Object expected, Object actual) {
    assertTrue(
        RandomRecords.same(expected, actual),
        () -> "seed " + SEED + ": " + expected + " came back as " + actual);
  }
}
