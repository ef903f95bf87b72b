package dev.iommufleet.node;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.iommufleet.actors.Refusals;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Refuses by name what gRPC by itself ends a call for without saying more: a message beyond the
 * limit, and one that cannot be parsed.
 */
final class WireCheck implements ServerInterceptor {
  /**
   * Messages of up to so many times the limit are read and refused by name. Longer ones are cut off
   * by gRPC, which goes by the length that they announce and reads nothing of them.
   */
  private static final int READ_TIMES = 4;

  private static final MethodDescriptor.Marshaller<InputStream> AS_THEY_COME =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(InputStream bytes) {
          return bytes;
        }

        @Override
        public InputStream parse(InputStream bytes) {
          return bytes;
        }
      };

  private final int messageBytes;

  private WireCheck(int messageBytes) {
    this.messageBytes = messageBytes;
  }

  /** The service behind this check. */
  static ServerServiceDefinition around(BindableService service, int messageBytes) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useMarshalledMessages(service.bindService(), AS_THEY_COME),
        new WireCheck(messageBytes));
  }

  /** Bytes of a message that gRPC reads at all. */
  static int readBytes(int messageBytes) {
    return (int) Math.min((long) messageBytes * READ_TIMES, Integer.MAX_VALUE);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var refusable = new RefusableCall<>(call);
    return new Checked<>(next.startCall(refusable, headers), refusable);
  }

  /** Behind a refusal the service hears that the client has gone, and nothing else. */
  private final class Checked<Q> extends SimpleForwardingServerCallListener<Q> {
    private final RefusableCall<Q, ?> call;
    private boolean refused;

    Checked(ServerCall.Listener<Q> service, RefusableCall<Q, ?> call) {
      super(service);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      if (refused) {
        return;
      }
      try {
        take(message);
      } catch (StatusRuntimeException e) {
        if (!(e.getCause() instanceof InvalidProtocolBufferException)) {
          throw e;
        }
        refuse(
            Refusals.of(
                RefusalCode.REFUSAL_CODE_BAD_ARGUMENT,
                "the message is no message of this call: " + e.getCause().getMessage()));
      }
    }

    /** {@link #AS_THEY_COME} hands over streams. */
    @SuppressWarnings("unchecked")
    private void take(Q message) {
      var bytes = (InputStream) message;
      try {
        if (bytes instanceof KnownLength) {
          takeAtMost(bytes.available(), message);
        } else { // Was compressed.
          var inflated = bytes.readNBytes(messageBytes + 1);
          takeAtMost(inflated.length, (Q) new ByteArrayInputStream(inflated));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void takeAtMost(int given, Q message) {
      if (given > messageBytes) {
        refuse(Refusals.limit("grpc-message-bytes", messageBytes, given));
      } else {
        super.onMessage(message);
      }
    }

    private void refuse(Refusal refusal) {
      refused = true;
      call.refuse(Errors.of(refusal));
      super.onCancel();
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      if (!refused) {
        super.onCancel();
      }
    }
  }
}
