package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.load.lab.LabDatabase;
import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.persistence.journal.JournalVerifier;
import dev.iommufleet.persistence.store.DatabaseAddress;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("When the database")
class DatabaseOutageTest {
  private static final int IOMMUS = 48;
  private static final Duration PATIENT = Duration.ofSeconds(120);

  private static final long POLL_NANOS = 5_000_000;

  @TempDir private Path directory;
  private LabDatabase database;
  private TestNode fleet;
  private FleetClient client;
  private FleetClient impatient;

  @BeforeEach
  void start() {
    database = LabDatabase.start(directory, LabDatabase.Durability.FULL);
    database.createDatabase("fleet");
    fleet =
        TestNode.start(
            database.url("fleet"),
            Map.of(
                "iommu-fleet.postgres.connect-timeout-millis", 500,
                "iommu-fleet.postgres.answer-timeout-millis", 2_000));
    var target = "127.0.0.1:" + fleet.node().grpcPort();
    client = FleetClient.connect(target, RetryPolicy.DEFAULT.withGiveUpAfter(PATIENT));
    impatient = FleetClient.connect(target, RetryPolicy.NONE);
  }

  @AfterEach
  void end() {
    client.close();
    impatient.close();
    fleet.close();
    database.close();
  }

  /** One IOMMU that is written to as fast as it answers. */
  private record Writer(String id, AtomicLong answered, CompletableFuture<ExecuteResponse> last) {}

  @Test
  @DisplayName("is restarted or killed under writes, nothing answered is lost or there twice")
  void restarted() throws Exception {
    var stop = new AtomicBoolean();
    var writers = new ArrayList<Writer>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < IOMMUS; i++) {
        var id = "i" + i;
        client.create(id, IommuSpec.getDefaultInstance());
        var answered = new AtomicLong();
        writers.add(
            new Writer(
                id,
                answered,
                CompletableFuture.supplyAsync(() -> writeUntil(stop, id, answered), threads)));
      }
      awaitAnswers(writers, 5);
      database.restart();
      awaitAnswers(writers, 5);
      database.kill();
      database.start();
      awaitAnswers(writers, 5);
      stop.set(true);
    }

    try (var journal = JournalReader.open(DatabaseAddress.parse(database.url("fleet")))) {
      for (var writer : writers) {
        var report = JournalVerifier.verify(journal, "iommu|" + writer.id);
        assertEquals(List.of(), report.divergences());
        assertEquals(1 + writer.answered.get(), report.verified(), "one entry for each answer");
        assertEquals(writer.last.join().getSequenceNumber(), report.entries());
        assertEquals(writer.last.join().getStateHash(), report.stateHash());
      }
    }
  }

  private ExecuteResponse writeUntil(AtomicBoolean stop, String id, AtomicLong answered) {
    var session = client.session(id);
    ExecuteResponse last = null;
    while (!stop.get()) {
      last = session.execute(List.of(write(FEDATA, 4, answered.get() + 1 & 0xFFFF)));
      assertEquals(2 + answered.getAndIncrement(), last.getSequenceNumber());
    }
    return last;
  }

  /** Each has so many more. */
  private static void awaitAnswers(List<Writer> writers, int more) {
    long deadline = System.nanoTime() + PATIENT.toNanos();
    var due = writers.stream().map(it -> it.answered.get() + more).toList();
    for (int i = 0; i < writers.size(); i++) {
      var writer = writers.get(i);
      while (writer.answered.get() < due.get(i) && !writer.last.isDone()) {
        assertTrue(System.nanoTime() < deadline, writer.id + " is not answered");
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  @Test
  @DisplayName("is gone, requests are refused by name; when it is back, all goes on by itself")
  void gone() {
    for (var id : List.of("busy", "asleep")) {
      client.create(id, IommuSpec.getDefaultInstance());
    }
    var before = client.session("busy").execute(List.of(write(FEDATA, 4, 1)));
    database.stop();

    var session = impatient.session("busy");
    var refused = refused(() -> session.execute(List.of(write(FEDATA, 4, 2))));
    var list = refused(() -> impatient.list(10, ""));
    var creation = refused(() -> impatient.create("new", IommuSpec.getDefaultInstance()));
    var again = refused(() -> impatient.get("busy"));
    database.start();

    assertEquals("JOURNAL_UNAVAILABLE", refused.code());
    assertEquals("JOURNAL_UNAVAILABLE", list.code());
    assertEquals("JOURNAL_UNAVAILABLE", creation.code());
    assertEquals("JOURNAL_UNAVAILABLE", again.code());
    assertTrue(again.getMessage().contains("nothing was executed"), again.getMessage());
    var after = client.session("busy").execute(List.of(write(FEDATA, 4, 3)));
    assertTrue(after.getSequenceNumber() - before.getSequenceNumber() <= 2, "at most the unknown");
    assertEquals(1, client.get("asleep").getSequenceNumber());
    client.create("new", IommuSpec.getDefaultInstance());
    assertEquals(List.of("asleep", "busy", "new"), client.list(10, "").getIommuIdsList());
  }

  @Test
  @DisplayName("hangs, connections are given up; a write of unknown outcome has one effect")
  void hangs() {
    client.create("i1", IommuSpec.getDefaultInstance());
    var session = client.session("i1");
    session.execute(List.of(write(FEDATA, 4, 1)));
    database.pause();

    var pending = new CompletableFuture<ExecuteResponse>();
    Thread.ofVirtual().start(() -> pending.complete(session.execute(List.of(write(FEDATA, 4, 2)))));
    var refused = refused(() -> impatient.session("i1").execute(List.of(write(FEDATA, 4, 9))));
    database.resume();

    assertTrue(
        List.of("JOURNAL_UNAVAILABLE", "NO_ANSWER").contains(refused.code()), refused.code());
    pending.orTimeout(PATIENT.toSeconds(), TimeUnit.SECONDS).join();
    var end = client.get("i1");
    try (var journal = JournalReader.open(DatabaseAddress.parse(database.url("fleet")))) {
      long mine =
          java.util.stream.LongStream.rangeClosed(1, end.getSequenceNumber())
              .mapToObj(number -> journal.entry("iommu|i1", number).message())
              .filter(it -> it.getCause().getClient().getSession().equals(session.name()))
              .count();
      assertEquals(2, mine, "one entry for each of the session's two requests");
      assertEquals(List.of(), JournalVerifier.verify(journal, "iommu|i1").divergences());
    }
  }

  private static RefusedException refused(Runnable call) {
    return assertThrows(RefusedException.class, call::run);
  }
}
