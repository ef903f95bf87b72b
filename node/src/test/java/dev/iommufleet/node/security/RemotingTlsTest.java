package dev.iommufleet.node.security;

import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import dev.iommufleet.config.Profiles;
import dev.iommufleet.config.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("TLS between nodes")
class RemotingTlsTest {
  private static final int DAYS = 2;
  private static final Duration LONG_ENOUGH_TO_JOIN = Duration.ofSeconds(6);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<ActorSystem<Void>> systems = new ArrayList<>();

  @AfterEach
  void end() throws Exception {
    systems.forEach(ActorSystem::terminate);
    for (var system : systems) {
      system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  @DisplayName("joins those with a node's certificate, and not a client that knows the address")
  void nodesOnly(@TempDir Path lab) throws Exception {
    var authority = LabAuthority.in(lab, DAYS, Clock.systemUTC());
    authority.node(lab.resolve("one"), List.of("127.0.0.1", "one.lab"), DAYS);
    authority.node(lab.resolve("two"), List.of("127.0.0.1", "two.lab"), DAYS);
    authority.client(lab.resolve("alice"), "alice", DAYS);
    pretendToBeNode(lab.resolve("alice"));

    var first = system(lab.resolve("one"));
    var second = system(lab.resolve("two"));
    var stranger = system(lab.resolve("alice"));
    join(first, first);
    join(second, first);
    join(stranger, first);

    await(() -> up(first) == 2 && up(second) == 2, PATIENCE);
    await(() -> up(first) != 2, LONG_ENOUGH_TO_JOIN);
    assertEquals(2, up(first));
    assertEquals(0, up(stranger));
  }

  private static void pretendToBeNode(Path client) throws IOException {
    Files.copy(client.resolve("client.crt"), client.resolve("node.crt"));
    Files.copy(client.resolve("client.key"), client.resolve("node.key"));
  }

  private ActorSystem<Void> system(Path keys) {
    var door = Door.of(new TlsSettings(Optional.of(keys), true));
    var config = door.remoting(Profiles.load(Profiles.EMBEDDED, Optional.empty(), Map.of()));
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "iommu-fleet", config);
    systems.add(system);
    return system;
  }

  private static void join(ActorSystem<Void> who, ActorSystem<Void> whom) {
    Cluster.get(who).manager().tell(Join.create(Cluster.get(whom).selfMember().address()));
  }

  private static long up(ActorSystem<Void> system) {
    long up = 0;
    for (var member : Cluster.get(system).state().getMembers()) {
      up += member.status().equals(MemberStatus.up()) ? 1 : 0;
    }
    return up;
  }

  /** Until it came true, at most so long. */
  private static void await(java.util.function.BooleanSupplier what, Duration patience)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!what.getAsBoolean() && System.nanoTime() - deadline < 0) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
