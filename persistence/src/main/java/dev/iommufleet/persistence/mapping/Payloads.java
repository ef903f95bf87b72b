package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.protocol.api.v1.PayloadWritten;
import java.util.Arrays;

/**
 * Lets facts refer to the bytes of the operation that caused them: the entry holds the operation
 * anyway. {@link EntryFacts} gives them back.
 */
public final class Payloads {
  private static final byte[] NONE = {};

  private final byte[] data;

  /** How far the operation's bytes have been found in facts. */
  private int found;

  public Payloads(Operation operation) {
    data =
        switch (operation) {
          case Operation.WriteMemory write -> write.data();
          case Operation.Dma dma when dma.write() -> dma.data();
          default -> NONE;
        };
  }

  public dev.iommufleet.protocol.api.v1.Fact journaled(Fact.Lasting fact) {
    return fact instanceof Fact.PayloadWritten written && next(written.bytes())
        ? reference(written)
        : Facts.write(fact);
  }

  private boolean next(byte[] bytes) {
    int end = found + bytes.length;
    return bytes.length > 0
        && end <= data.length
        && Arrays.equals(data, found, end, bytes, 0, bytes.length);
  }

  private dev.iommufleet.protocol.api.v1.Fact reference(Fact.PayloadWritten written) {
    int length = written.bytes().length;
    var message =
        PayloadWritten.newBuilder()
            .setAddress(written.address())
            .setOffset(found)
            .setLength(length);
    found += length;
    return dev.iommufleet.protocol.api.v1.Fact.newBuilder().setPayloadWritten(message).build();
  }
}
