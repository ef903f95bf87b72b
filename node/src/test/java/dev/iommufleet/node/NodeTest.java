package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.load;
import static dev.iommufleet.node.Ops.read;
import static dev.iommufleet.node.Ops.store;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.protocol.api.v1.IommuSpec;
import io.grpc.ManagedChannelBuilder;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A node")
class NodeTest {

  @Test
  @DisplayName("creates an IOMMU, executes, and has it all after it was started again")
  void endToEnd(@TempDir Path data) {
    long hash;
    try (var fleet = TestNode.start(data)) {
      var created = fleet.client().create("first", IommuSpec.getDefaultInstance());
      assertEquals(1, created.getSequenceNumber());
      var session = fleet.client().session("first");

      var written =
          session.execute(
              List.of(
                  write(FEDATA, 4, 0x1234), store(0x1000, (byte) 1, (byte) 2), read(FEDATA, 4)));

      assertEquals(2, written.getSequenceNumber());
      assertEquals(0x1234, written.getReplies(2).getRegisterValue().getValue());
      var looked = session.execute(List.of(load(0x1000, 2)));
      assertEquals(2, looked.getSequenceNumber(), "a request that changes nothing has no entry");
      hash = looked.getStateHash();
    }

    try (var fleet = TestNode.start(data)) {
      var again = fleet.client().get("first");

      assertEquals(2, again.getSequenceNumber());
      assertEquals(hash, again.getStateHash());
      assertEquals(List.of("first"), fleet.client().list(0, "").getIommuIdsList());
      assertArrayEquals(
          new byte[] {1, 2}, fleet.client().readMemory("first", 0x1000, 2).getData().toByteArray());
    }
  }

  @Test
  @DisplayName("journals our own messages by their manifests, never a class name")
  void manifests(@TempDir Path data) throws SQLException {
    try (var fleet = TestNode.start(data, Map.of("iommu-fleet.snapshots.every-entries", 10))) {
      fleet.client().create("first", IommuSpec.getDefaultInstance());
      var session = fleet.client().session("first");
      for (int i = 1; i < 15; i++) {
        session.execute(List.of(write(FEDATA, 4, i)));
      }

      assertEquals(
          List.of("71001 C1", "71001 E1"),
          rows(
              data,
              "journal.db",
              "select distinct event_ser_id, event_ser_manifest from event_journal order by 2"));
      assertEquals(
          List.of("71001 S1"),
          rows(
              data, "snapshots.db", "select snapshot_ser_id, snapshot_ser_manifest from snapshot"));
    }
  }

  @Test
  @DisplayName("says that it serves, and what, to tools that know neither it nor its messages")
  void healthAndReflection(@TempDir Path data) throws Exception {
    try (var fleet = TestNode.start(data)) {
      var channel =
          ManagedChannelBuilder.forAddress("127.0.0.1", fleet.node().grpcPort())
              .usePlaintext()
              .build();
      var services = new CompletableFuture<List<String>>();

      var health =
          HealthGrpc.newBlockingStub(channel)
              .check(
                  HealthCheckRequest.newBuilder()
                      .setService("iommufleet.api.v1.IommuFleet")
                      .build());
      var ofDevices =
          HealthGrpc.newBlockingStub(channel)
              .check(
                  HealthCheckRequest.newBuilder()
                      .setService("iommufleet.api.v1.DeviceService")
                      .build());
      ServerReflectionGrpc.newStub(channel)
          .serverReflectionInfo(new FirstAnswer(services))
          .onNext(ServerReflectionRequest.newBuilder().setListServices("").build());

      assertEquals(ServingStatus.SERVING, health.getStatus());
      assertEquals(ServingStatus.SERVING, ofDevices.getStatus());
      assertTrue(
          services
              .get(20, TimeUnit.SECONDS)
              .containsAll(
                  List.of("iommufleet.api.v1.IommuFleet", "iommufleet.api.v1.DeviceService")),
          services.toString());
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private record FirstAnswer(CompletableFuture<List<String>> services)
      implements StreamObserver<ServerReflectionResponse> {
    @Override
    public void onNext(ServerReflectionResponse response) {
      services.complete(
          response.getListServicesResponse().getServiceList().stream()
              .map(ServiceResponse::getName)
              .toList());
    }

    @Override
    public void onError(Throwable failure) {
      services.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      services.cancel(false);
    }
  }

  private static List<String> rows(Path data, String file, String query) throws SQLException {
    try (var connection =
            DriverManager.getConnection(
                "jdbc:sqlite:" + data.resolve(file) + "?busy_timeout=10000");
        var statement = connection.createStatement();
        var result = statement.executeQuery(query)) {
      var rows = new ArrayList<String>();
      while (result.next()) {
        rows.add(result.getInt(1) + " " + result.getString(2));
      }
      return rows;
    }
  }
}
