package dev.iommufleet.node;

import dev.iommufleet.protocol.api.v1.Refusal;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The services of the fleet as they come and go with the node's membership, behind a server that
 * stays. While there are none every call of theirs is refused, by name and to be repeated.
 */
final class ServiceSwitch extends HandlerRegistry {
  private final List<ServiceDescriptor> descriptors;
  private final HandlerRegistry unknown = new UnknownMethods();
  private volatile List<ServerServiceDefinition> services;
  private volatile Map<String, ServerMethodDefinition<?, ?>> methods;

  ServiceSwitch(List<ServiceDescriptor> descriptors, Refusal refusal) {
    this.descriptors = descriptors;
    refuse(refusal);
  }

  /** From now on calls go there; those that have begun stay where they are. */
  void serve(List<ServerServiceDefinition> definitions) {
    var byName = new HashMap<String, ServerMethodDefinition<?, ?>>();
    for (var service : definitions) {
      for (var method : service.getMethods()) {
        byName.put(method.getMethodDescriptor().getFullMethodName(), method);
      }
    }
    services = List.copyOf(definitions);
    methods = Map.copyOf(byName);
  }

  /** From now on calls are refused. */
  void refuse(Refusal refusal) {
    serve(descriptors.stream().map(service -> refusing(service, refusal)).toList());
  }

  private static ServerServiceDefinition refusing(ServiceDescriptor service, Refusal refusal) {
    var definition = ServerServiceDefinition.builder(service);
    service.getMethods().forEach(method -> refusing(definition, method, refusal));
    return definition.build();
  }

  private static <Q, R> void refusing(
      ServerServiceDefinition.Builder service, MethodDescriptor<Q, R> method, Refusal refusal) {
    ServerCallHandler<Q, R> handler =
        (call, _) -> {
          var end = Errors.of(refusal);
          call.close(end.getStatus(), end.getTrailers());
          return new ServerCall.Listener<>() {};
        };
    service.addMethod(method, handler);
  }

  @Override
  public List<ServerServiceDefinition> getServices() {
    return services;
  }

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
    var method = methods.get(name);
    return method == null ? unknown.lookupMethod(name, authority) : method;
  }
}
