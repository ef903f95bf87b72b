package dev.iommufleet.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import dev.iommufleet.protocol.api.v1.ExecuteStreamRequest;
import dev.iommufleet.protocol.api.v1.ExecuteStreamResponse;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * The two calls that carry operations, with their messages as they come from and go to the client:
 * a node decodes neither operations nor replies of an IOMMU that runs elsewhere.
 */
final class RawExecute {

  /** Who serves them. */
  interface Service {
    /** Answers with an encoded ExecuteResponse. */
    void rawExecute(ExecuteEnvelope request, StreamObserver<ByteString> observer);

    /** Answers with encoded ExecuteStreamResponses. */
    StreamObserver<ExecuteEnvelope> rawStream(StreamObserver<ByteString> observer);
  }

  private RawExecute() {}

  /** The {@code fleet} with these two calls in the place of its own. */
  static BindableService of(BindableService fleet, Service raw) {
    var own =
        Map.of(
            IommuFleetGrpc.getExecuteMethod().getFullMethodName(),
            method(
                IommuFleetGrpc.getExecuteMethod(),
                RawExecute::envelope,
                ServerCalls.asyncUnaryCall(raw::rawExecute)),
            IommuFleetGrpc.getExecuteStreamMethod().getFullMethodName(),
            method(
                IommuFleetGrpc.getExecuteStreamMethod(),
                bytes -> envelope(batch(bytes)),
                ServerCalls.asyncBidiStreamingCall(raw::rawStream)));
    var bound = fleet.bindService();
    var descriptor =
        ServiceDescriptor.newBuilder(bound.getServiceDescriptor().getName())
            .setSchemaDescriptor(bound.getServiceDescriptor().getSchemaDescriptor());
    bound.getMethods().stream()
        .map(it -> own.getOrDefault(it.getMethodDescriptor().getFullMethodName(), it))
        .forEach(it -> descriptor.addMethod(it.getMethodDescriptor()));
    var definition = ServerServiceDefinition.builder(descriptor.build());
    bound.getMethods().stream()
        .map(it -> own.getOrDefault(it.getMethodDescriptor().getFullMethodName(), it))
        .forEach(definition::addMethod);
    var built = definition.build();
    return () -> built;
  }

  private static ServerMethodDefinition<?, ?> method(
      MethodDescriptor<?, ?> typed,
      Decoder decoder,
      ServerCallHandler<ExecuteEnvelope, ByteString> handler) {
    return ServerMethodDefinition.create(
        typed.toBuilder(new Requests(decoder), Answers.AS_THEY_ARE).build(), handler);
  }

  /** What the check before gives: a stream that knows its length, or one over an array. */
  private static ByteString bytes(InputStream stream) throws IOException {
    return UnsafeByteOperations.unsafeWrap(stream.readNBytes(stream.available()));
  }

  // ---- what comes --------------------------------------------------------------------------

  /** What is taken out of the bytes of a message. */
  @FunctionalInterface
  private interface Decoder {
    ExecuteEnvelope decode(ByteString bytes) throws IOException;
  }

  private static ExecuteEnvelope envelope(ByteString bytes) throws IOException {
    return ExecuteEnvelope.of(bytes);
  }

  /** Parts of a message that come apart are one behind the other. */
  private static ByteString batch(ByteString message) throws IOException {
    int tagOfBatch =
        ExecuteStreamRequest.BATCH_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    var in = message.newCodedInput();
    var batch = ByteString.EMPTY;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == tagOfBatch) {
        int length = in.readRawVarint32();
        int from = in.getTotalBytesRead();
        in.skipRawBytes(length);
        batch = batch.concat(message.substring(from, from + length));
      } else {
        in.skipField(tag);
      }
    }
    return batch;
  }

  private record Requests(Decoder decoder) implements MethodDescriptor.Marshaller<ExecuteEnvelope> {
    @Override
    public InputStream stream(ExecuteEnvelope request) {
      return new EncodedStream(request.bytes());
    }

    @Override
    public ExecuteEnvelope parse(InputStream stream) {
      try {
        return decoder.decode(bytes(stream));
      } catch (InvalidProtocolBufferException e) {
        // As the marshallers of gRPC do.
        throw Status.INTERNAL
            .withDescription("Invalid protobuf byte sequence")
            .withCause(e)
            .asRuntimeException();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  // ---- what goes ---------------------------------------------------------------------------

  private enum Answers implements MethodDescriptor.Marshaller<ByteString> {
    AS_THEY_ARE;

    @Override
    public InputStream stream(ByteString answer) {
      return new EncodedStream(answer);
    }

    @Override
    public ByteString parse(InputStream stream) {
      try {
        return bytes(stream);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** An ExecuteStreamResponse around an ExecuteResponse. */
  static ByteString answer(long batch, ByteString response) {
    int size =
        CodedOutputStream.computeUInt64Size(ExecuteStreamResponse.BATCH_FIELD_NUMBER, batch)
            + CodedOutputStream.computeBytesSize(
                ExecuteStreamResponse.RESPONSE_FIELD_NUMBER, response);
    var bytes = new byte[size];
    try {
      var out = CodedOutputStream.newInstance(bytes);
      out.writeUInt64(ExecuteStreamResponse.BATCH_FIELD_NUMBER, batch);
      out.writeBytes(ExecuteStreamResponse.RESPONSE_FIELD_NUMBER, response);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // There is as much room as it needs.
    }
    return UnsafeByteOperations.unsafeWrap(bytes);
  }
}
