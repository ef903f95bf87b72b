package dev.iommufleet.persistence.mapping;

import static dev.iommufleet.persistence.mapping.MalformedException.Code.OUT_OF_RANGE;

import com.google.protobuf.ByteString;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import dev.iommufleet.protocol.api.v1.PayloadWritten;
import java.util.List;

/**
 * Facts out of journal entries. There a {@link PayloadWritten} names a part of the data of the
 * operation that caused it instead of repeating it; here it gets its bytes back.
 */
public final class EntryFacts {

  /** Takes facts in the order in which they came true. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * @param operation index in the request
     */
    void accept(int operation, Fact fact);
  }

  private EntryFacts() {}

  /**
   * @param request all operations of the request that the facts belong to
   * @throws MalformedException a fact is unknown, or refers to data that its operation has not
   */
  public static void read(List<Operation> request, List<OperationFacts> groups, Visitor visitor) {
    for (var group : groups) {
      int operation = Fields.count("operation", group.getOperation());
      for (var message : group.getFactsList()) {
        visitor.accept(
            operation,
            message.hasPayloadWritten()
                ? read(request, operation, message.getPayloadWritten())
                : Facts.read(message));
      }
    }
  }

  private static Fact read(List<Operation> request, int operation, PayloadWritten message) {
    if (message.getLength() == 0) {
      return LastingFacts.read(message);
    }
    var data = data(request, operation);
    long offset = Integer.toUnsignedLong(message.getOffset());
    long end = offset + Integer.toUnsignedLong(message.getLength());
    if (end > data.size()) {
      throw new MalformedException(
          OUT_OF_RANGE,
          "a fact refers to bytes %d to %d of operation %d, which has %d"
              .formatted(offset, end, operation, data.size()));
    }
    return new Fact.PayloadWritten(
        message.getAddress(), data.substring((int) offset, (int) end).toByteArray());
  }

  private static ByteString data(List<Operation> request, int operation) {
    if (operation >= request.size()) {
      throw new MalformedException(
          OUT_OF_RANGE,
          "a fact belongs to operation %d of %d".formatted(operation, request.size()));
    }
    var source = request.get(operation);
    return source.hasWriteMemory() ? source.getWriteMemory().getData() : source.getDma().getData();
  }
}
