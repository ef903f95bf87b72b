package dev.iommufleet.actors;

import com.google.protobuf.ByteString;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.MemoryWordEquals;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.ReadMemory;
import dev.iommufleet.protocol.api.v1.ReadRegister;
import dev.iommufleet.protocol.api.v1.Translate;
import dev.iommufleet.protocol.api.v1.WriteMemory;
import dev.iommufleet.protocol.api.v1.WriteRegister;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Operations as clients write them. */
final class Ops {
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

  static Operation storeQuads(long address, long... quads) {
    var bytes = ByteBuffer.allocate(8 * quads.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long quad : quads) {
      bytes.putLong(quad);
    }
    return store(address, bytes.array());
  }

  static Operation load(long address, int length) {
    return Operation.newBuilder()
        .setReadMemory(ReadMemory.newBuilder().setAddress(address).setLength(length))
        .build();
  }

  static Operation translate(int sourceId, long iova) {
    return Operation.newBuilder()
        .setTranslate(Translate.newBuilder().setSourceId(sourceId).setIova(iova).setAccess(1))
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
