package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.load;
import static dev.iommufleet.node.Ops.read;
import static dev.iommufleet.node.Ops.store;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.client.CallFailedException;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.config.Profiles;
import dev.iommufleet.persistence.store.DataDirectoryException;
import dev.iommufleet.protocol.api.v1.BusStatus;
import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteStreamRequest;
import dev.iommufleet.protocol.api.v1.ExecuteStreamResponse;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Operation;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Bad input")
class BadInputTest {
  @TempDir static Path data;
  static TestNode fleet;
  static FleetClient client;

  @BeforeAll
  static void start() {
    fleet = TestNode.start(data);
    client = FleetClient.connect("127.0.0.1:" + fleet.node().grpcPort(), RetryPolicy.NONE);
    client.create("good", IommuSpec.getDefaultInstance());
  }

  @AfterAll
  static void stop() {
    client.close();
    fleet.close();
  }

  @AfterEach
  void othersAreServed() {
    var response = client.session("good").execute(List.of(read(0, 4)));

    assertEquals(1, response.getRepliesCount());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a/b",
        "🙂",
        "a b",
        "\u0000",
        "12345678901234567890123456789012345678901234567890123456789012345"
      })
  @DisplayName("as an id is refused everywhere")
  void ids(String id) {
    assertRefused("BAD_ID", () -> client.create(id, IommuSpec.getDefaultInstance()));
    assertRefused("BAD_ID", () -> client.get(id));
    assertRefused("BAD_ID", () -> client.session(id).execute(List.of(read(0, 4))));
    assertRefused("BAD_ID", () -> client.delete(id));
  }

  @Test
  @DisplayName("about which IOMMU is refused: unknown, existing, contradicting itself")
  void which() {
    assertRefused("IOMMU_NOT_FOUND", () -> client.get("nobody"));
    assertRefused("IOMMU_NOT_FOUND", () -> client.registers("nobody"));
    assertRefused("IOMMU_NOT_FOUND", () -> client.delete("nobody"));
    var other =
        IommuSpec.newBuilder()
            .setCapabilities(Capabilities.newBuilder().setAddressWidth(39))
            .build();
    assertRefused("IOMMU_EXISTS", () -> client.create("good", other));
    var contradiction =
        IommuSpec.newBuilder()
            .setCapabilities(Capabilities.newBuilder().setPageRequests(true))
            .build();
    assertRefused("CONFIG_CONFLICT", () -> client.create("new", contradiction));
    assertRefused("BAD_PAGE_TOKEN", () -> client.list(10, "no/token"));
    assertRefused("LIMIT_EXCEEDED", () -> client.list(1_001, ""));
  }

  @Test
  @DisplayName("from the guest is an outcome, not a refusal")
  void guest() {
    var response =
        client
            .session("good")
            .execute(List.of(read(0xFF0, 4), read(1, 2), load(-16L, 8), write(0x39, 2, 1)));

    assertEquals(4, response.getRepliesCount());
    assertRefused("BAD_ARGUMENT", () -> client.session("good").execute(List.of(read(0x1000, 4))));
    assertTrue(
        response.getReplies(0).getRegisterValue().getStatus() != BusStatus.BUS_STATUS_UNSPECIFIED);
  }

  @Test
  @DisplayName("in size is refused by the limit's name, before anything runs")
  void sizes() {
    var many = new Operation[4_097];
    Arrays.fill(many, write(FEDATA, 4, 1));
    assertLimit("operations-per-request", many);
    assertLimit(
        "request-bytes",
        store(0, new byte[65_536]),
        store(0, new byte[65_536]),
        store(0, new byte[8_192]));
    assertLimit("memory-operation-bytes", load(0, 65_537));
    assertLimit("memory-operation-bytes", load(0, -1));
    assertEquals(1, client.get("good").getSequenceNumber());
  }

  private static void assertLimit(String name, Operation... operations) {
    var refused =
        assertThrows(
            RefusedException.class, () -> client.session("good").execute(List.of(operations)));

    assertEquals("LIMIT_EXCEEDED", refused.code(), refused.getMessage());
    assertEquals(name, refused.refusal().getMetadataOrThrow("limit"));
  }

  @Test
  @DisplayName("of more than a message ends the call, and only that")
  void message() {
    var failed =
        assertThrows(
            CallFailedException.class,
            () -> client.session("good").execute(List.of(store(0, new byte[8 << 20]))));

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, failed.status());
  }

  @Test
  @DisplayName("in a batch of a stream is refused in its place, and the next batch runs")
  void stream() {
    try (var stream = client.stream("good")) {
      var before = stream.send(batch(read(0, 4)));
      var bad = stream.send(batch(Operation.getDefaultInstance()));
      var behind = stream.send(batch(read(0, 4)));

      assertEquals(1, behind.join().getRepliesCount());
      assertEquals(1, before.join().getRepliesCount());
      var refused = assertThrows(java.util.concurrent.CompletionException.class, bad::join);
      assertEquals("UNKNOWN_OPERATION", ((RefusedException) refused.getCause()).code());
    }
  }

  private static ExecuteRequest batch(Operation... operations) {
    return ExecuteRequest.newBuilder().addAllOperations(List.of(operations)).build();
  }

  @Test
  @DisplayName("is also a client that sends and never reads: it is held back, others go on")
  void neverReads() throws InterruptedException {
    var channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", fleet.node().grpcPort())
            .usePlaintext()
            .build();
    var silent = new Silent();
    IommuFleetGrpc.newStub(channel).executeStream(silent);
    client.create("flooded", IommuSpec.getDefaultInstance());
    var large =
        batch(store(0, new byte[32_768]), load(0, 65_536)).toBuilder()
            .setIommuId("flooded")
            .build();

    int sent = 0;
    while (sent < 10_000 && silent.mayWrite()) {
      silent.requests.onNext(ExecuteStreamRequest.newBuilder().setBatch(large).build());
      sent++;
    }

    assertTrue(sent < 10_000, "the node took everything");
    othersAreServed();
    channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
  }

  /** Asks for no answer, ever. */
  private static final class Silent
      implements ClientResponseObserver<ExecuteStreamRequest, ExecuteStreamResponse> {
    volatile ClientCallStreamObserver<ExecuteStreamRequest> requests;
    private final CountDownLatch begun = new CountDownLatch(1);

    @Override
    public void beforeStart(ClientCallStreamObserver<ExecuteStreamRequest> stream) {
      requests = stream;
      stream.disableAutoRequestWithInitial(0);
      stream.setOnReadyHandler(begun::countDown);
    }

    /** Waits a while for room once; a stream that is held back stays so. */
    boolean mayWrite() throws InterruptedException {
      begun.await(10, TimeUnit.SECONDS);
      for (int i = 0; i < 50 && !requests.isReady(); i++) {
        new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS);
      }
      return requests.isReady();
    }

    @Override
    public void onNext(ExecuteStreamResponse response) {
      throw new AssertionError("nobody asked for " + response);
    }

    @Override
    public void onError(Throwable failure) {
      assertTrue(failure instanceof StatusRuntimeException);
    }

    @Override
    public void onCompleted() {
      throw new AssertionError("the stream was not ended");
    }
  }

  @Test
  @DisplayName("as a data directory is refused with what to do")
  void directories(@TempDir Path other) throws IOException {
    var locked = assertThrows(DataDirectoryException.class, () -> TestNode.start(data));
    assertEquals(DataDirectoryException.Code.LOCKED, locked.code());
    Files.writeString(other.resolve("journal.db"), "this is no database, but it is long enough");

    var corrupt = assertThrows(DataDirectoryException.class, () -> TestNode.start(other));

    assertTrue(corrupt.getMessage().contains("--data"), corrupt.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http"})
  @DisplayName("as a port that is taken is refused in a line with what to do")
  void port(String which, @TempDir Path other) {
    int used = which.equals("grpc") ? fleet.node().grpcPort() : fleet.node().httpPort();
    var settings =
        new HashMap<String, Object>(
            Map.of(
                "iommu-fleet.node.data-directory", other.toString(),
                "iommu-fleet.node.grpc-port", 0,
                "iommu-fleet.node.http-port", 0));
    settings.put("iommu-fleet.node." + which + "-port", used);
    var config = Profiles.load("embedded", Optional.empty(), settings);

    var taken = assertThrows(NodeStartException.class, () -> Node.start(config));

    assertTrue(taken.getMessage().contains("--" + which + "-port"), taken.getMessage());
    assertFalse(taken.getMessage().contains("Exception"), taken.getMessage());
  }

  private static void assertRefused(String code, org.junit.jupiter.api.function.Executable call) {
    var refused = assertThrows(RefusedException.class, call);

    assertEquals(code, refused.code(), refused.getMessage());
  }
}
