package dev.iommufleet.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * An Execute request as its client sent it, and what a gateway has to know of it. Its operations
 * are decoded where they run, and nowhere else.
 *
 * @param bytes the encoded {@link ExecuteRequest}
 * @param hasId whether it has a request id
 * @param awaitMillis deadlines of all awaits together
 */
record ExecuteEnvelope(
    ByteString bytes, String iommuId, boolean hasId, int operations, long awaitMillis) {
  private static final int ID = lengthDelimited(ExecuteRequest.IOMMU_ID_FIELD_NUMBER);
  private static final int REQUEST_ID = lengthDelimited(ExecuteRequest.REQUEST_ID_FIELD_NUMBER);
  private static final int OPERATION = lengthDelimited(ExecuteRequest.OPERATIONS_FIELD_NUMBER);
  private static final int AWAIT = lengthDelimited(Operation.AWAIT_FIELD_NUMBER);
  private static final int DEADLINE = Await.DEADLINE_MILLIS_FIELD_NUMBER << 3;

  private static int lengthDelimited(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  /**
   * Goes over the outermost fields.
   *
   * @throws InvalidProtocolBufferException these bytes are no message
   */
  static ExecuteEnvelope of(ByteString bytes) throws InvalidProtocolBufferException {
    var scan = new Scan(bytes.newCodedInput());
    try {
      scan.request();
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Bytes in memory can always be read.
    }
    return new ExecuteEnvelope(bytes, scan.iommuId, scan.hasId, scan.operations, scan.awaitMillis);
  }

  /** Of bytes that another has gone over. */
  static ExecuteEnvelope known(ByteString bytes) {
    try {
      return of(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(bytes.size() + " bytes are no request", e);
    }
  }

  private static final class Scan {
    private final CodedInputStream in;
    String iommuId = "";
    boolean hasId;
    int operations;
    long awaitMillis;

    Scan(CodedInputStream in) {
      this.in = in;
    }

    void request() throws IOException {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == OPERATION) {
          operations++;
          inside(this::operation);
        } else if (tag == ID) {
          iommuId = in.readStringRequireUtf8();
        } else {
          hasId |= tag == REQUEST_ID;
          in.skipField(tag);
        }
      }
    }

    private void operation(int tag) throws IOException {
      if (tag == AWAIT) {
        inside(this::await);
      } else {
        in.skipField(tag);
      }
    }

    private void await(int tag) throws IOException {
      if (tag == DEADLINE) {
        awaitMillis += Integer.toUnsignedLong(in.readUInt32());
      } else {
        in.skipField(tag);
      }
    }

    /** What is done with a field whose tag was read. */
    @FunctionalInterface
    private interface Field {
      void read(int tag) throws IOException;
    }

    private void inside(Field field) throws IOException {
      int outer = in.pushLimit(in.readRawVarint32());
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        field.read(tag);
      }
      in.checkLastTagWas(0);
      in.popLimit(outer);
    }
  }
}
