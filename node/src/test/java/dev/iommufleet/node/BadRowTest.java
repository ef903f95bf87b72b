package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.iommufleet.load.lab.SharedDatabase;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A row that the journal refuses")
class BadRowTest {
  private static final int ENTITIES = 256;
  private static final int BATCHES = 5;

  @Test
  @DisplayName("among 256 busy entities starts exactly the one again whose row it is")
  void oneOfMany(@TempDir Path data) throws Exception {
    try (var fleet = TestNode.start(data)) {
      assertOneOfMany(fleet, "jdbc:sqlite:" + data.resolve("journal.db") + "?busy_timeout=10000");
    }
  }

  @Test
  @DisplayName("does the same in a database")
  void oneOfManyInDatabase() throws Exception {
    var server = SharedDatabase.server();
    var name = SharedDatabase.create();
    try (var fleet = TestNode.start(server.url(name), Map.of())) {
      assertOneOfMany(
          fleet,
          "jdbc:postgresql://127.0.0.1:%d/%s?user=postgres&currentSchema=iommu_fleet"
              .formatted(server.port(), name));
    }
  }

  private static void assertOneOfMany(TestNode fleet, String journal) throws Exception {
    var client = fleet.client();
    for (int i = 0; i < ENTITIES; i++) {
      client.create("i" + i, IommuSpec.getDefaultInstance());
    }
    duplicate(journal, "iommu|i7");

    var answers = new ArrayList<CompletableFuture<ExecuteResponse>>();
    var streams = new ArrayList<AutoCloseable>();
    for (int i = 0; i < ENTITIES; i++) {
      var stream = client.stream("i" + i);
      streams.add(stream);
      for (int batch = 0; batch < BATCHES; batch++) {
        answers.add(
            stream.send(
                ExecuteRequest.newBuilder().addOperations(write(FEDATA, 4, batch + 1)).build()));
      }
    }
    CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();

    for (int i = 0; i < ENTITIES; i++) {
      var after = client.get("i" + i);
      assertEquals(i == 7 ? 2 : 1, after.getIncarnation(), "incarnation of i" + i);
      assertEquals(i == 7 ? 2 + BATCHES : 1 + BATCHES, after.getSequenceNumber());
    }
    for (var stream : streams) {
      stream.close();
    }
  }

  /** Somebody else has written the next entry: a copy of the first. */
  private static void duplicate(String journal, String persistenceId) throws SQLException {
    try (var connection = DriverManager.getConnection(journal);
        var statement =
            connection.prepareStatement(
                """
                insert into event_journal (persistence_id, sequence_number, writer,
                  write_timestamp, adapter_manifest, event_payload, event_ser_id,
                  event_ser_manifest)
                select persistence_id, 2, writer, write_timestamp, adapter_manifest, ?,
                  event_ser_id, 'E1'
                from event_journal where persistence_id = ? and sequence_number = 1
                """)) {
      statement.setBytes(1, foreign());
      statement.setString(2, persistenceId);
      assertEquals(1, statement.executeUpdate());
    }
  }

  /** An entry that changes nothing. */
  private static byte[] foreign() {
    return dev.iommufleet.protocol.journal.v1.Entry.newBuilder()
        .setSchema(1)
        .setIncarnation(1)
        .setModelVersion("other")
        .setCause(
            dev.iommufleet.protocol.journal.v1.Cause.newBuilder()
                .setClient(dev.iommufleet.protocol.journal.v1.ClientRequest.getDefaultInstance()))
        .build()
        .toByteArray();
  }
}
