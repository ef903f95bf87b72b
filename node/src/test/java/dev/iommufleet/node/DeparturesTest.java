package dev.iommufleet.node;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.Address;
import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import dev.iommufleet.actors.Departures;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Members that are about to leave")
class DeparturesTest {

  @Test
  @DisplayName("are known to the others, and somebody stays until all have said so")
  void areKnown() {
    try (var members = new TwoMembers()) {
      var first = Departures.get(members.one());
      var second = Departures.get(members.two());
      members.join();
      assertTrue(first.somebodyStays());
      assertFalse(first.any());
      assertFalse(first.contains(address(members.two())));

      second.announce();

      members.eventually(() -> assertTrue(first.contains(address(members.two()))));
      members.eventually(() -> assertTrue(second.contains(address(members.two()))));
      assertFalse(first.contains(address(members.one())));
      assertFalse(first.somebodyStays(), "the other leaves");
      assertTrue(second.somebodyStays(), "the other does not");

      first.announce();
      members.eventually(() -> assertFalse(second.somebodyStays()));
    }
  }

  private static Address address(ActorSystem<?> system) {
    return Cluster.get(system).selfMember().address();
  }
}
