package dev.iommufleet.node;

import com.google.protobuf.ByteString;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.MemoryWordEquals;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.ReadMemory;
import dev.iommufleet.protocol.api.v1.ReadRegister;
import dev.iommufleet.protocol.api.v1.WriteMemory;
import dev.iommufleet.protocol.api.v1.WriteRegister;

/** Operations as clients write them. */
final class Ops {
  /** The fault-event control register: 32 bits, of which IM [31] is writable. */
  static final int FECTL = 0x38;

  /** The fault-event data register: 32 bits, the low 16 writable. */
  static final int FEDATA = 0x3C;

  private Ops() {}

  static Operation read(int offset, int size) {
    return Operation.newBuilder()
        .setReadRegister(ReadRegister.newBuilder().setOffset(offset).setSize(size))
        .build();
  }

  static Operation write(int offset, int size, long value) {
    return Operation.newBuilder()
        .setWriteRegister(
            WriteRegister.newBuilder().setOffset(offset).setSize(size).setValue(value))
        .build();
  }

  static Operation store(long address, byte... data) {
    return Operation.newBuilder()
        .setWriteMemory(
            WriteMemory.newBuilder().setAddress(address).setData(ByteString.copyFrom(data)))
        .build();
  }

  static Operation load(long address, int length) {
    return Operation.newBuilder()
        .setReadMemory(ReadMemory.newBuilder().setAddress(address).setLength(length))
        .build();
  }

  static Operation awaitWord(long address, int value, int deadlineMillis) {
    return Operation.newBuilder()
        .setAwait(
            Await.newBuilder()
                .setMemoryWord(MemoryWordEquals.newBuilder().setAddress(address).setValue(value))
                .setDeadlineMillis(deadlineMillis))
        .build();
  }
}
