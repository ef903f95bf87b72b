package dev.iommufleet.load.bench;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.IommuStream;
import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import dev.iommufleet.load.lab.LabDatabase;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Entries a second into a PostgreSQL server, beside what pgbench writes into the same. */
record PostgresJournal(Nodes nodes) implements Benchmark {
  private static final String DATABASE = "bench";
  private static final String PREFIX = "busy-";
  private static final int DEPTH = 4;
  private static final int CONNECTIONS = 4;
  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public String name() {
    return "postgres";
  }

  @Override
  public String summary() {
    return "256 busy IOMMUs journal into PostgreSQL, one entry a request, beside pgbench";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException, InterruptedException {
    try (var workspace = Workspace.create();
        var database = LabDatabase.start(workspace.path(), LabDatabase.Durability.FULL)) {
      database.createDatabase(DATABASE);
      var settings =
          List.of(
              "iommu-fleet.postgres.url = \"%s\"".formatted(database.url(DATABASE)),
              "iommu-fleet.postgres.user = \"postgres\"");
      var entries = new ArrayList<Double>();
      try (var node = nodes.startInDatabase(workspace.path(), settings);
          var client = FleetClient.connect(node.target())) {
        entries.addAll(entries(new Lab(node, client, nodes.codec()), effort));
      }
      return figures(effort, database, new Pgbench(database, DATABASE, workspace.path()), entries);
    }
  }

  private static List<Figure> figures(
      Effort effort, LabDatabase database, Pgbench pgbench, List<Double> entries)
      throws IOException, InterruptedException {
    int bytes = meanBytes(database);
    var how =
        "one write a request, %d in flight of each IOMMU; entries of %d bytes; the server, the node"
                .formatted(DEPTH, bytes)
            + " and the client share the machine; fsync and synchronous_commit are on";
    if (!Pgbench.isHere()) {
      return List.of(
          Goal.none(
                  "entries/s",
                  Better.HIGHER,
                  "postgres-entries",
                  how + "; no pgbench on the PATH: not compared")
              .of(entries));
    }
    int seconds = effort.pick(10, 6, 1);
    var each = List.of(pgbench.rowsPerSecond(bytes, false, seconds));
    var together = List.of(pgbench.rowsPerSecond(bytes, true, seconds));
    var rows = "%d connections, %d rows a commit, ".formatted(Pgbench.CONNECTIONS, Pgbench.ROWS);
    return List.of(
        Goal.atLeast(each.getFirst() / 2, "entries/s", "postgres-entries", how).of(entries),
        Goal.none(
                "rows/s",
                Better.HIGHER,
                "postgres-pgbench",
                rows + "a statement for each row; half of it is the target")
            .of(each),
        Goal.none(
                "rows/s",
                Better.HIGHER,
                "postgres-pgbench-together",
                rows + "one statement for all rows of a commit")
            .of(together));
  }

  private static List<Double> entries(Lab lab, Effort effort) throws InterruptedException {
    int iommus = effort.pick(256, 256, 4);
    int requests = effort.pick(400, 150, 5);
    int warmUps = effort.pick(3, 2, 0);
    int rounds = effort.pick(7, 3, 1);
    for (int i = 0; i < iommus; i++) {
      lab.create(PREFIX + i, Mode.LEGACY);
    }
    var runs = new ArrayList<Double>();
    for (int round = 0; round < warmUps + rounds; round++) {
      double seconds = round(lab, iommus, requests);
      if (round >= warmUps) {
        runs.add(iommus * requests / seconds);
      }
    }
    return runs;
  }

  private static double round(Lab lab, int iommus, int requests) throws InterruptedException {
    var failed = new AtomicInteger(iommus);
    var clients =
        IntStream.range(0, CONNECTIONS)
            .mapToObj(_ -> FleetClient.connect(lab.node().target()))
            .toList();
    long start = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < iommus; i++) {
        var id = PREFIX + i;
        var client = clients.get(i % CONNECTIONS);
        threads.execute(
            () -> {
              try (var stream = client.stream(id)) {
                send(lab, stream, requests);
              }
              failed.decrementAndGet();
            });
      }
    }
    double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
    clients.forEach(FleetClient::close);
    if (failed.get() != 0) {
      throw new IllegalStateException(failed.get() + " streams failed");
    }
    return seconds;
  }

  /** Each request has an entry of its own. */
  private static void send(Lab lab, IommuStream stream, int requests) {
    var inFlight = new ArrayDeque<CompletableFuture<ExecuteResponse>>();
    long before = -1;
    for (int i = 0; i < requests + DEPTH; i++) {
      if (i < requests) {
        inFlight.add(stream.send(lab.batch(Lab.write(i + 1), 1)));
      }
      if (i >= DEPTH) {
        long number = inFlight.remove().join().getSequenceNumber();
        if (before != -1 && number != before + 1) {
          throw new IllegalStateException("entry %d follows %d".formatted(number, before));
        }
        before = number;
      }
    }
  }

  private static int meanBytes(LabDatabase database) {
    try (var connection = database.connect(DATABASE);
        var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "select round(avg(length(event_payload))) from (select event_payload from"
                    + " iommu_fleet.event_journal order by ordering desc limit 10000) as last")) {
      row.next();
      return row.getInt(1);
    } catch (SQLException e) {
      throw new IllegalStateException("the benchmark's journal cannot be read", e);
    }
  }
}
