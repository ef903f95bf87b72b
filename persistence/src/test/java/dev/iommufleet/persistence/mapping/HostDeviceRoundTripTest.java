package dev.iommufleet.persistence.mapping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.iommufleet.hardware.device.DeviceConfig;
import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.hardware.device.HostCall;
import dev.iommufleet.hardware.device.HostObject;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.protocol.api.v1.HostDeviceCall;
import dev.iommufleet.protocol.api.v1.HostDeviceConfig;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceObject;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation;
import dev.iommufleet.protocol.api.v1.HostDeviceReply;
import dev.iommufleet.protocol.api.v1.HostDeviceReport;
import dev.iommufleet.protocol.cluster.v1.LinkToDevice;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A device's records come back from their messages as they were")
class HostDeviceRoundTripTest {
  private static final int TIMES = 200;
  private static final long SEED = Long.getLong("test.seed", 20261121);

  private final RandomRecords records = new RandomRecords(SEED);

  /** Reads what was written. */
  @FunctionalInterface
  private interface Reader {
    Object read(byte[] bytes) throws InvalidProtocolBufferException;
  }

  private void comesBack(Class<?> type, Function<Object, MessageLite> writer, Reader reader)
      throws InvalidProtocolBufferException {
    for (int i = 0; i < TIMES; i++) {
      var record = records.make(type);

      var message = writer.apply(record);
      var back = reader.read(message.toByteArray());

      assertTrue(
          RandomRecords.same(record, back),
          () -> "seed " + SEED + ": " + record + " came back as " + back);
      assertEquals(message, writer.apply(back));
    }
  }

  static Stream<Class<?>> operations() {
    return RandomRecords.leaves(DeviceOperation.class);
  }

  static Stream<Class<?>> replies() {
    return RandomRecords.leaves(DeviceReply.class);
  }

  static Stream<Class<?>> facts() {
    return RandomRecords.leaves(DeviceFact.class);
  }

  static Stream<Class<?>> reports() {
    return RandomRecords.leaves(Report.class);
  }

  static Stream<Class<?>> deliveries() {
    return RandomRecords.leaves(Delivery.class);
  }

  static Stream<Class<?>> calls() {
    return RandomRecords.leaves(HostCall.class);
  }

  @ParameterizedTest
  @MethodSource("operations")
  @DisplayName("each operation")
  void operation(Class<?> type) throws InvalidProtocolBufferException {
    comesBack(
        type,
        it -> HostDeviceOperations.write((DeviceOperation) it),
        bytes -> HostDeviceOperations.read(HostDeviceOperation.parseFrom(bytes)));
  }

  @ParameterizedTest
  @MethodSource("replies")
  @DisplayName("each reply")
  void reply(Class<?> type) throws InvalidProtocolBufferException {
    comesBack(
        type,
        it -> HostDeviceReplies.write((DeviceReply) it),
        bytes -> HostDeviceReplies.read(HostDeviceReply.parseFrom(bytes)));
  }

  @ParameterizedTest
  @MethodSource("facts")
  @DisplayName("each fact")
  void fact(Class<?> type) throws InvalidProtocolBufferException {
    comesBack(
        type,
        it -> HostDeviceFacts.write((DeviceFact) it),
        bytes -> HostDeviceFacts.read(HostDeviceFact.parseFrom(bytes)));
  }

  @ParameterizedTest
  @MethodSource("reports")
  @DisplayName("each report")
  void report(Class<?> type) throws InvalidProtocolBufferException {
    comesBack(
        type,
        it -> Reports.write((Report) it),
        bytes -> Reports.read(HostDeviceReport.parseFrom(bytes)));
  }

  @ParameterizedTest
  @MethodSource("deliveries")
  @DisplayName("each delivery")
  void delivery(Class<?> type) throws InvalidProtocolBufferException {
    comesBack(
        type,
        it -> Deliveries.write((Delivery) it).build(),
        bytes -> Deliveries.read(LinkToDevice.parseFrom(bytes)));
  }

  @ParameterizedTest
  @MethodSource("calls")
  @DisplayName("each call into the host's kernel")
  void call(Class<?> type) throws InvalidProtocolBufferException {
    comesBack(
        type,
        it -> HostCalls.write((HostCall) it),
        bytes -> HostCalls.read(HostDeviceCall.parseFrom(bytes)));
  }

  @Test
  @DisplayName("objects of the host's kernel")
  void object() throws InvalidProtocolBufferException {
    comesBack(
        HostObject.class,
        it -> HostCalls.write((HostObject) it),
        bytes -> HostCalls.read(HostDeviceObject.parseFrom(bytes)));
  }

  @Test
  @DisplayName("what a device is")
  void config() throws InvalidProtocolBufferException {
    comesBack(
        DeviceConfig.class,
        it -> HostDevices.write((DeviceConfig) it),
        bytes -> HostDevices.read(HostDeviceConfig.parseFrom(bytes)));
  }
}
