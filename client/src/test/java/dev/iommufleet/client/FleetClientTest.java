package dev.iommufleet.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.ExecuteStreamResponse;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.ReadRegister;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("the client")
class FleetClientTest {
  static final RetryPolicy QUICK =
      new RetryPolicy(Duration.ofSeconds(20), Duration.ofMillis(1), Duration.ofMillis(1));
  static final Operation READ_VERSION =
      Operation.newBuilder().setReadRegister(ReadRegister.newBuilder().setSize(4)).build();
  static final int SECONDS = 20;

  final ScriptedService service = new ScriptedService();
  Server server;
  FleetClient client;

  @BeforeEach
  void start() throws Exception {
    var name = InProcessServerBuilder.generateName();
    server = InProcessServerBuilder.forName(name).addService(service).build().start();
    client = FleetClient.over(InProcessChannelBuilder.forName(name).build(), "test", QUICK);
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  @Test
  @DisplayName("repeats a request with its id while no node answers, then counts on")
  void repeatsWithTheSameId() {
    service.failures.add(Status.UNAVAILABLE.asRuntimeException());
    service.failures.add(ScriptedService.refused(Status.DEADLINE_EXCEEDED, "NO_ANSWER"));
    var session = client.session("a");

    session.execute(List.of(READ_VERSION));
    session.execute(List.of(READ_VERSION));

    assertEquals(
        List.of(1L, 1L, 1L, 2L),
        service.executed.stream().map(it -> it.getRequestId().getSequence()).toList());
    assertEquals(
        List.of(session.name()),
        service.executed.stream().map(it -> it.getRequestId().getSession()).distinct().toList());
  }

  @Test
  @DisplayName("two sessions have two names")
  void sessionsDiffer() {
    assertNotEquals(client.session("a").name(), client.session("a").name());
  }

  @Test
  @DisplayName("a refusal carries its code and metadata and is not repeated")
  void refusalIsTyped() {
    service.failures.add(
        ScriptedService.refused(
            Status.INVALID_ARGUMENT, "LIMIT_EXCEEDED", "limit", "operations", "allowed", "4096"));
    var session = client.session("a");
    var operations = List.of(READ_VERSION);

    var refused = assertThrows(RefusedException.class, () -> session.execute(operations));

    assertEquals("LIMIT_EXCEEDED", refused.code());
    assertEquals("because of LIMIT_EXCEEDED", refused.getMessage());
    assertEquals("4096", refused.refusal().getMetadataOrThrow("allowed"));
    assertEquals(1, service.executed.size());
  }

  @Test
  @DisplayName("a refused request uses up no sequence")
  void refusalKeepsTheSequence() {
    service.failures.add(ScriptedService.refused(Status.INVALID_ARGUMENT, "BAD_ARGUMENT"));
    var session = client.session("a");
    var operations = List.of(READ_VERSION);

    assertThrows(RefusedException.class, () -> session.execute(operations));
    session.execute(operations);

    assertEquals(1, service.executed.getLast().getRequestId().getSequence());
  }

  @Test
  @DisplayName("a session that the node has forgotten begins anew, if nothing of it can be lost")
  void forgottenSession() {
    var session = client.session("one");
    session.execute(List.of(READ_VERSION));
    service.failures.add(ScriptedService.refused(Status.FAILED_PRECONDITION, "SESSION_UNKNOWN"));

    session.execute(List.of(READ_VERSION));

    var again = service.executed.getLast().getRequestId();
    assertEquals(1, again.getSequence());
    assertNotEquals(service.executed.getFirst().getRequestId().getSession(), again.getSession());
  }

  @Test
  @DisplayName("deleting is not repeated when nobody knows whether it happened")
  void deleteIsNotRepeated() {
    service.failures.add(Status.UNAVAILABLE.asRuntimeException());

    assertThrows(UnreachableException.class, () -> client.delete("a"));

    assertEquals(1, service.deletes);
  }

  @Test
  @DisplayName("deleting is repeated when the node was too busy to begin")
  void deleteIsRepeatedWhenBusy() {
    service.failures.add(
        ScriptedService.refused(Status.RESOURCE_EXHAUSTED, "BUSY", "retry_after_millis", "2"));

    long entry = client.delete("a");

    assertEquals(7, entry);
    assertEquals(2, service.deletes);
  }

  @Test
  @DisplayName("gives up after the policy's time and says where it looked")
  void givesUp() {
    server.shutdownNow();
    try (var once =
        FleetClient.connect("localhost:1", QUICK.withGiveUpAfter(Duration.ofMillis(5)))) {

      var failure = assertThrows(UnreachableException.class, () -> once.get("a"));

      assertTrue(
          failure.getMessage().startsWith("no node answers at localhost:1"), failure.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "localhost", "localhost:", "localhost:0", "a:65536", "a b:1", "::1:1"})
  @DisplayName("a target that is not HOST:PORT is refused")
  void badTarget(String target) {
    var failure = assertThrows(IllegalArgumentException.class, () -> FleetClient.connect(target));

    assertTrue(failure.getMessage().contains("HOST:PORT"), failure.getMessage());
  }

  @Test
  @DisplayName("a stream keeps within the node's window and gives each batch its own answer")
  void streamKeepsTheWindow() throws Exception {
    try (var stream = client.stream()) {
      var first = stream.send(batch(3));
      var sender = new Thread(() -> stream.send(batch(2)));
      sender.start();
      assertEquals(3, take().getOperationsCount());
      assertNull(service.streamed.poll(20, TimeUnit.MILLISECONDS), "3 + 2 is more than 4");

      service.stream.onNext(
          ExecuteStreamResponse.newBuilder()
              .setBatch(1)
              .setResponse(ExecuteResponse.newBuilder().setSequenceNumber(5))
              .build());
      sender.join();

      assertEquals(5, first.get(SECONDS, TimeUnit.SECONDS).getSequenceNumber());
      assertEquals(2, take().getOperationsCount());
    }
  }

  @Test
  @DisplayName("a refusal in a stream concerns its batch; when the stream breaks, the rest fails")
  void streamBreaks() throws Exception {
    try (var stream = client.stream()) {
      var first = stream.send(batch(1));
      var second = stream.send(batch(1));
      take();
      take();

      service.stream.onNext(
          ExecuteStreamResponse.newBuilder()
              .setBatch(1)
              .setRefusal(Refusal.newBuilder().setCode("BAD_ID"))
              .build());
      service.stream.onError(Status.UNAVAILABLE.asRuntimeException());

      assertEquals("BAD_ID", ((RefusedException) failure(first)).code());
      assertTrue(failure(second) instanceof UnreachableException);
      var more = batch(1);
      assertThrows(UnreachableException.class, () -> stream.send(more));
    }
  }

  @Test
  @DisplayName("a watch gives messages as they come; closing it ends it at the node too")
  void watches() throws Exception {
    var request = WatchRequest.newBuilder().setIommuId("a").setFromSequence(9).build();

    try (var watching = client.watch(request)) {
      assertEquals(9, watching.next().getEntry().getSequenceNumber());
      assertFalse(service.watchEnded.await(0, TimeUnit.SECONDS));
    }

    assertTrue(service.watchEnded.await(SECONDS, TimeUnit.SECONDS));
  }

  private ExecuteRequest take() throws InterruptedException {
    return service.streamed.poll(SECONDS, TimeUnit.SECONDS);
  }

  private static Throwable failure(Future<?> answer) {
    return assertThrows(ExecutionException.class, () -> answer.get(SECONDS, TimeUnit.SECONDS))
        .getCause();
  }

  private static ExecuteRequest batch(int operations) {
    var batch = ExecuteRequest.newBuilder().setIommuId("a");
    for (int i = 0; i < operations; i++) {
      batch.addOperations(READ_VERSION);
    }
    return batch.build();
  }
}
