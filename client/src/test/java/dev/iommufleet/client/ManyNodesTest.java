package dev.iommufleet.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("a client of several nodes")
class ManyNodesTest {
  private final ScriptedService first = new ScriptedService();
  private final ScriptedService second = new ScriptedService();
  private Server firstNode;
  private Server secondNode;
  private FleetClient client;

  @BeforeEach
  void start() throws IOException {
    firstNode = node(first);
    secondNode = node(second);
    client =
        FleetClient.connect(
            "localhost:%d,127.0.0.1:%d".formatted(firstNode.getPort(), secondNode.getPort()),
            FleetClientTest.QUICK);
  }

  private static Server node(ScriptedService service) throws IOException {
    return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
        .addService(service)
        .build()
        .start();
  }

  @AfterEach
  void stop() {
    client.close();
    firstNode.shutdownNow();
    secondNode.shutdownNow();
  }

  private static List<Long> sequences(ScriptedService service) {
    return service.executed.stream().map(it -> it.getRequestId().getSequence()).toList();
  }

  @Test
  @DisplayName("goes on with the other when one is gone; the ids count on")
  void goesOn() throws InterruptedException {
    var session = client.session("a");
    session.execute(List.of(FleetClientTest.READ_VERSION));
    firstNode.shutdownNow().awaitTermination();

    for (int i = 0; i < 5; i++) {
      session.execute(List.of(FleetClientTest.READ_VERSION));
    }

    assertTrue(
        sequences(second).containsAll(List.of(2L, 3L, 4L, 5L, 6L)),
        () -> sequences(first) + " and " + sequences(second));
  }

  @Test
  @DisplayName("repeats at the other what one refused for now, with the same id")
  void repeatsElsewhere() {
    for (var service : List.of(first, second)) {
      service.failures.add(ScriptedService.refused(Status.UNAVAILABLE, "NODE_STOPPING"));
    }
    var session = client.session("a");

    assertEquals(1, session.nextId().getSequence());
    session.execute(List.of(FleetClientTest.READ_VERSION));

    assertTrue(session.attempts() >= 2, "attempts: " + session.attempts());
    assertEquals(2, session.nextId().getSequence());
    assertTrue(
        sequences(first).stream().allMatch(it -> it == 1)
            && sequences(second).stream().allMatch(it -> it == 1));
  }

  @Test
  @DisplayName("names what is wrong in a list")
  void badList() {
    var failure =
        assertThrows(
            IllegalArgumentException.class, () -> FleetClient.connect("localhost:1,,localhost:2"));

    assertTrue(failure.getMessage().startsWith("'' is no target"), failure.getMessage());
  }
}
