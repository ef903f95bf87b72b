package dev.iommufleet.node;

import dev.iommufleet.actors.Refusals;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import java.io.InputStream;

/** Answers calls of methods that this server does not have with a refusal. */
final class UnknownMethods extends HandlerRegistry {
  private static final int SHOWN = 128;

  private static final MethodDescriptor.Marshaller<InputStream> UNREAD =
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

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
    var method =
        MethodDescriptor.newBuilder(UNREAD, UNREAD)
            .setType(MethodType.UNKNOWN)
            .setFullMethodName(name)
            .build();
    return ServerMethodDefinition.create(method, (call, _) -> refuse(call, name));
  }

  private static ServerCall.Listener<InputStream> refuse(
      ServerCall<InputStream, InputStream> call, String name) {
    var refusal =
        Errors.of(
            Refusals.of(
                RefusalCode.REFUSAL_CODE_UNSUPPORTED,
                "this server has no method '%s'; its reflection service lists those that it has"
                    .formatted(name.substring(0, Math.min(name.length(), SHOWN)))));
    call.close(refusal.getStatus(), refusal.getTrailers());
    return new ServerCall.Listener<>() {};
  }
}
