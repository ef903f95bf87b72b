package dev.iommufleet.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.Address;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorSystem;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Members that are about to leave")
class DeparturesTest {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final ActorTestKit one = node();
  private final ActorTestKit two = node();

  private static ActorTestKit node() {
    return ActorTestKit.create(
        "departures",
        ConfigFactory.parseString(
                """
                akka.actor.provider = cluster
                akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                akka.cluster.jmx.enabled = off
                """)
            .withFallback(ConfigFactory.load()));
  }

  @AfterEach
  void end() {
    two.shutdownTestKit();
    one.shutdownTestKit();
  }

  @Test
  @DisplayName("are known to the others, and somebody stays until all have said so")
  void areKnown() {
    var first = Departures.get(one.system());
    var second = Departures.get(two.system());
    join();
    assertTrue(first.somebodyStays());
    assertFalse(first.any());
    assertFalse(first.contains(address(two.system())));

    second.announce();

    eventually(() -> assertTrue(first.contains(address(two.system()))));
    eventually(() -> assertTrue(second.contains(address(two.system()))));
    assertFalse(first.contains(address(one.system())));
    assertFalse(first.somebodyStays(), "the other leaves");
    assertTrue(second.somebodyStays(), "the other does not");

    first.announce();
    eventually(() -> assertFalse(second.somebodyStays()));
  }

  private void join() {
    var target = address(one.system());
    Cluster.get(one.system()).manager().tell(Join.create(target));
    Cluster.get(two.system()).manager().tell(Join.create(target));
    eventually(
        () -> {
          assertEquals(2, members(one.system()));
          assertEquals(2, members(two.system()));
        });
  }

  private static long members(ActorSystem<?> system) {
    var members = Cluster.get(system).state().getMembers();
    return StreamSupport.stream(members.spliterator(), false)
        .filter(it -> it.status().equals(MemberStatus.up()))
        .count();
  }

  private static Address address(ActorSystem<?> system) {
    return Cluster.get(system).selfMember().address();
  }

  private void eventually(Runnable assertion) {
    TestProbe<Object> probe = one.createTestProbe();
    probe.awaitAssert(
        LONGEST,
        () -> {
          assertion.run();
          return null;
        });
  }
}
