package dev.iommufleet.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorSystem;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;

/** Two actor systems in this process that form a cluster, with a node's settings and no journal. */
final class TwoMembers implements AutoCloseable {
  static final Duration LONGEST = Duration.ofSeconds(60);

  private final ActorTestKit one = member();
  private final ActorTestKit two = member();

  private static ActorTestKit member() {
    return ActorTestKit.create(
        "members",
        ConfigFactory.parseString(
                """
                akka.cluster.min-nr-of-members = 2
                akka.cluster.sharding.number-of-shards = 20
                akka.persistence.journal.auto-start-journals = []
                akka.persistence.snapshot-store.auto-start-snapshot-stores = []
                """)
            .withFallback(ConfigFactory.parseResources("node.conf"))
            .withFallback(ConfigFactory.load())
            .resolve());
  }

  ActorSystem<?> one() {
    return one.system();
  }

  ActorSystem<?> two() {
    return two.system();
  }

  /** Both see both when it returns. */
  void join() {
    var target = Cluster.get(one()).selfMember().address();
    for (var system : List.of(one(), two())) {
      Cluster.get(system).manager().tell(Join.create(target));
    }
    eventually(
        () -> {
          assertEquals(2, up(one()));
          assertEquals(2, up(two()));
        });
  }

  private static long up(ActorSystem<?> system) {
    var members = Cluster.get(system).state().getMembers();
    return StreamSupport.stream(members.spliterator(), false)
        .filter(it -> it.status().equals(MemberStatus.up()))
        .count();
  }

  void eventually(Runnable assertion) {
    TestProbe<Object> probe = one.createTestProbe();
    probe.awaitAssert(
        LONGEST,
        () -> {
          assertion.run();
          return null;
        });
  }

  @Override
  public void close() {
    two.shutdownTestKit();
    one.shutdownTestKit();
  }
}
