package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.awaitWord;
import static dev.iommufleet.node.Ops.read;
import static dev.iommufleet.node.Ops.store;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import dev.iommufleet.client.UnreachableException;
import dev.iommufleet.persistence.journal.FleetIndex;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A node that is killed")
class KillTest {
  private static final int BATCHES = 400;

  @Test
  @DisplayName(
      "in the middle of a stream has lost nothing it answered, and each batch has one effect")
  void stream(@TempDir Path data) throws Exception {
    var child = ChildNode.start(data);
    var answers = new ArrayList<CompletableFuture<ExecuteResponse>>();
    var lastAnswered = new AtomicReference<ExecuteResponse>();
    try (var client = child.connect()) {
      client.create("i1", IommuSpec.getDefaultInstance());
      try (var stream = client.stream("i1")) {
        for (int i = 1; i <= BATCHES; i++) {
          if (i == BATCHES / 2) {
            answers.get(i / 2).join();
            child.kill();
            var survived = lastAnswered.get();
            child = ChildNode.start(data, "iommu-fleet.node.grpc-port=" + child.grpcPort());
            assertRecovered(child, survived);
          }
          answers.add(
              stream
                  .send(ExecuteRequest.newBuilder().addOperations(write(FEDATA, 4, i)).build())
                  .whenComplete((response, _) -> lastAnswered.set(response)));
        }
        stream.drain();
      }

      long number = 1;
      for (var answer : answers) {
        assertEquals(++number, answer.join().getSequenceNumber(), "one entry for each batch");
      }
      var end = client.get("i1");
      assertEquals(number, end.getSequenceNumber());
      assertEquals(answers.getLast().join().getStateHash(), end.getStateHash());
    } finally {
      child.close();
    }
  }

  private static void assertRecovered(ChildNode child, ExecuteResponse survived) {
    try (var other = child.connect()) {
      var recovered = other.get("i1");
      assertTrue(
          recovered.getSequenceNumber() >= survived.getSequenceNumber(),
          "answered %d, recovered %d"
              .formatted(survived.getSequenceNumber(), recovered.getSequenceNumber()));
    }
  }

  @Test
  @DisplayName("starts the IOMMUs that owe something, unasked, and only those")
  void owing(@TempDir Path data) throws Exception {
    var child = ChildNode.start(data);
    try (var client = child.connect()) {
      client.create("idle", IommuSpec.getDefaultInstance());
      client.create("owing", IommuSpec.getDefaultInstance());
      var waiting =
          CompletableFuture.runAsync(
              () ->
                  client
                      .session("owing")
                      .execute(List.of(awaitWord(0x3000, 7, 3_000), write(FEDATA, 4, 5))));
      try (var index = FleetIndex.open(data)) {
        eventually(() -> assertEquals(List.of("owing"), index.owing("", 10)));
        child.kill();
        var port = child.grpcPort();
        child = ChildNode.start(data, "iommu-fleet.node.grpc-port=" + port);

        eventually(() -> assertEquals(List.of(), index.owing("", 10)));
      }
      waiting.join();
      assertEquals(1, client.get("owing").getIncarnation() - 1, "it started again once");
      assertEquals(1, client.get("idle").getIncarnation());
    } finally {
      child.close();
    }
  }

  private static void eventually(Runnable assertion) {
    var kit = ActorTestKit.create();
    try {
      kit.createTestProbe()
          .awaitAssert(
              Duration.ofSeconds(30),
              () -> {
                assertion.run();
                return null;
              });
    } finally {
      kit.shutdownTestKit();
    }
  }

  @Test
  @DisplayName("or told to end: that one answers, drains and ends with code 0")
  void terminate(@TempDir Path data) throws Exception {
    try (var child = ChildNode.start(data);
        var client = child.connect()) {
      client.create("i1", IommuSpec.getDefaultInstance());
      var written = client.session("i1").execute(List.of(store(0x1000, (byte) 1)));
      assertEquals("ready\n", get(child, "/ready"));
      assertEquals("alive\n", get(child, "/health"));

      int code = child.terminate();

      assertEquals(0, code);
      try (var again = TestNode.start(data)) {
        assertEquals(written.getStateHash(), again.client().get("i1").getStateHash());
      }
    }
  }

  private static String get(ChildNode child, String path) throws Exception {
    var uri = java.net.URI.create("http://127.0.0.1:" + child.httpPort() + path);
    try (var http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  @Test
  @DisplayName("is reported as not reachable to who does not wait for it")
  void unreachable(@TempDir Path data) throws Exception {
    var child = ChildNode.start(data);
    child.kill();
    try (var client =
        dev.iommufleet.client.FleetClient.connect(
            "127.0.0.1:" + child.grpcPort(), dev.iommufleet.client.RetryPolicy.NONE)) {
      org.junit.jupiter.api.Assertions.assertThrows(
          UnreachableException.class, () -> client.session("i1").execute(List.of(read(0, 4))));
    }
  }
}
