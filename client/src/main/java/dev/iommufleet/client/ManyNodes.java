package dev.iommufleet.client;

import io.grpc.Attributes;
import io.grpc.ChannelCredentials;
import io.grpc.EquivalentAddressGroup;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One channel to several nodes: each call goes to the next one that answers. */
final class ManyNodes {
  private static final String SCHEME = "iommu-fleet";
  private static final String POLICY = "round_robin";
  private static final long KEEP_ALIVE_SECONDS = 10;
  private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 4;

  static {
    NameResolverRegistry.getDefaultRegistry().register(new Provider());
  }

  private ManyNodes() {}

  /** {@code targets}: HOST:PORT, one or several with commas between them. */
  static ManagedChannel channel(String targets, ChannelCredentials credentials) {
    if (!targets.contains(",")) {
      return keptAlive(Grpc.newChannelBuilder(targets, credentials)).build();
    }
    return keptAlive(Grpc.newChannelBuilder(SCHEME + ":///" + targets, credentials))
        .defaultLoadBalancingPolicy(POLICY)
        .build();
  }

  /** A node that is stopped keeps its connections: calls on them must not wait for their end. */
  private static ManagedChannelBuilder<?> keptAlive(ManagedChannelBuilder<?> channel) {
    return channel
        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private static final class Provider extends NameResolverProvider {
    private static final int PRIORITY = 5;

    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return PRIORITY;
    }

    @Override
    public String getDefaultScheme() {
      return SCHEME;
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
      return SCHEME.equals(target.getScheme()) ? new Resolver(target.getPath().substring(1)) : null;
    }
  }

  private static final class Resolver extends NameResolver {
    private final String targets;
    private Listener2 listener;

    Resolver(String targets) {
      this.targets = targets;
    }

    @Override
    public String getServiceAuthority() {
      return targets.split(",", 2)[0];
    }

    /** Names are looked up anew when a connection was lost. */
    @Override
    public void refresh() {
      resolve();
    }

    @Override
    public void start(Listener2 toTell) {
      listener = toTell;
      resolve();
    }

    private void resolve() {
      List<EquivalentAddressGroup> nodes =
          Stream.of(targets.split(",")).map(Resolver::address).toList();
      listener.onResult(
          ResolutionResult.newBuilder().setAddressesOrError(StatusOr.fromValue(nodes)).build());
    }

    /** Each node is held to its own name. */
    private static EquivalentAddressGroup address(String target) {
      int colon = target.lastIndexOf(':');
      var host = target.substring(0, colon).replaceAll("^\\[|]$", "");
      int port = Integer.parseInt(target.substring(colon + 1));
      return new EquivalentAddressGroup(
          new InetSocketAddress(host, port),
          Attributes.newBuilder()
              .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, target)
              .build());
    }

    @Override
    public void shutdown() {
      // Nothing is open.
    }
  }
}
