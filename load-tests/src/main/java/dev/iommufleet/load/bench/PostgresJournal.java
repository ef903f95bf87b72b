package dev.iommufleet.load.bench;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.IommuStream;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import dev.iommufleet.load.lab.LabDatabase;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;

/** Entries a second into a PostgreSQL server, beside what pgbench writes into the same. */
record PostgresJournal(Nodes nodes) implements Benchmark {
  private static final String DATABASE = "bench";
  private static final String PREFIX = "busy-";
  private static final int DEPTH = 4;
  private static final int CONNECTIONS = 2;
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
    int warmUps = effort.pick(6, 3, 0);
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
    var clients =
        IntStream.range(0, CONNECTIONS).mapToObj(_ -> connect(lab.node().target())).toList();
    var writers =
        IntStream.range(0, iommus)
            .mapToObj(
                i -> new Writer(lab, clients.get(i % CONNECTIONS).stream(PREFIX + i), requests))
            .toList();
    long start = System.nanoTime();
    writers.forEach(Writer::begin);
    for (var writer : writers) {
      writer.await();
    }
    double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
    writers.forEach(writer -> writer.stream.close());
    clients.forEach(FleetClient::close);
    return seconds;
  }

  /** The client shares the processors with what is measured: no thread but those of connections. */
  private static FleetClient connect(String target) {
    var channel = ManagedChannelBuilder.forTarget(target).usePlaintext().directExecutor().build();
    return FleetClient.over(channel, target, RetryPolicy.DEFAULT);
  }

  /** Writes to one IOMMU, each an entry of its own; an answer sends the next. */
  private static final class Writer {
    private final Lab lab;
    private final IommuStream stream;
    private final int requests;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private int sent;
    private int answered;
    private long before = -1;

    Writer(Lab lab, IommuStream stream, int requests) {
      this.lab = lab;
      this.stream = stream;
      this.requests = requests;
    }

    void begin() {
      for (int i = 0; i < DEPTH; i++) {
        send();
      }
    }

    private synchronized void send() {
      if (sent < requests) {
        stream.send(lab.batch(Lab.write(++sent), 1)).whenComplete(this::answered);
      }
    }

    private synchronized void answered(ExecuteResponse response, Throwable failure) {
      long number = failure == null ? response.getSequenceNumber() : 0;
      if (failure != null) {
        end.completeExceptionally(failure);
      } else if (before != -1 && number != before + 1) {
        end.completeExceptionally(
            new IllegalStateException("entry %d follows %d".formatted(number, before)));
      } else {
        before = number;
        if (++answered == requests) {
          end.complete(null);
        }
        send();
      }
    }

    void await() throws InterruptedException {
      try {
        end.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("a stream failed", e.getCause());
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
