package dev.iommufleet.load.bench;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.IommuStream;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.ReadRegister;
import dev.iommufleet.protocol.api.v1.Translate;
import dev.iommufleet.protocol.api.v1.WriteRegister;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * How fast a node is for one client on the same machine. Rounds of equal work; the first ones warm
 * both processes up, and the median of the others counts.
 */
public final class ApiBench {
  /** Operations of a batch in the stream figures. */
  private static final int BATCH = 64;

  private static final int FEDATA = 0x3C;

  private final FleetClient client;
  private final int warmUps;
  private final int rounds;

  /**
   * One figure.
   *
   * @param spread largest minus smallest round, as a share of the median
   */
  public record Figure(String name, double value, String unit, String better, double spread) {}

  public ApiBench(FleetClient client, int warmUps, int rounds) {
    this.client = client;
    this.warmUps = warmUps;
    this.rounds = rounds;
  }

  /** All figures; makes IOMMUs of its own and deletes them. */
  public List<Figure> run(int batches, int writes) {
    return List.of(
        stream("stream-register-reads", batches, readRegister(FEDATA)),
        stream("stream-translation-hits", batches, translate()),
        unary("execute-register-write-p50", writes));
  }

  private Figure stream(String name, int batches, Operation operation) {
    var id = "bench-" + UUID.randomUUID();
    client.create(id, IommuSpec.getDefaultInstance());
    try (var stream = client.stream(id)) {
      var request = ExecuteRequest.newBuilder();
      for (int i = 0; i < BATCH; i++) {
        request.addOperations(operation);
      }
      var batch = request.build();
      var perSecond = new ArrayList<Double>();
      for (int round = 0; round < warmUps + rounds; round++) {
        long begin = System.nanoTime();
        send(stream, batch, batches);
        perSecond.add(1e9 * batches * BATCH / (System.nanoTime() - begin));
      }
      return figure(name, "operations/s", "higher", perSecond);
    } finally {
      client.delete(id);
    }
  }

  private static void send(IommuStream stream, ExecuteRequest batch, int batches) {
    CompletableFuture<ExecuteResponse> last = null;
    for (int i = 0; i < batches; i++) {
      last = stream.send(batch);
    }
    if (last.join().getRepliesCount() != BATCH) {
      throw new IllegalStateException("a batch of " + BATCH + " had other replies");
    }
    stream.drain();
  }

  /** Each write changes state, so each is an entry in the journal before its answer. */
  private Figure unary(String name, int writes) {
    var id = "bench-" + UUID.randomUUID();
    client.create(id, IommuSpec.getDefaultInstance());
    try {
      var session = client.session(id);
      var medians = new ArrayList<Double>();
      int value = 0;
      for (int round = 0; round < warmUps + rounds; round++) {
        var nanos = new long[writes];
        for (int i = 0; i < writes; i++) {
          long begin = System.nanoTime();
          session.execute(List.of(writeRegister(FEDATA, ++value & 0xFFFF)));
          nanos[i] = System.nanoTime() - begin;
        }
        Arrays.sort(nanos);
        medians.add(nanos[writes / 2] / 1e6);
      }
      return figure(name, "ms", "lower", medians);
    } finally {
      client.delete(id);
    }
  }

  private Figure figure(String name, String unit, String better, List<Double> values) {
    var counted = values.subList(warmUps, values.size()).stream().sorted().toList();
    double median = counted.get(counted.size() / 2);
    double spread = (counted.getLast() - counted.getFirst()) / median;
    return new Figure(name, median, unit, better, spread);
  }

  private static Operation readRegister(int offset) {
    return Operation.newBuilder()
        .setReadRegister(ReadRegister.newBuilder().setOffset(offset).setSize(4))
        .build();
  }

  /** Translation is off: the answer comes without a walk, as it does from the IOTLB. */
  private static Operation translate() {
    return Operation.newBuilder()
        .setTranslate(Translate.newBuilder().setSourceId(0x10).setIova(0x1000).setAccess(1))
        .build();
  }

  private static Operation writeRegister(int offset, long value) {
    return Operation.newBuilder()
        .setWriteRegister(WriteRegister.newBuilder().setOffset(offset).setSize(4).setValue(value))
        .build();
  }

  /** {@code args}: target, batches of a round, writes of a round. */
  public static void main(String[] args) {
    try (var client = FleetClient.connect(args[0])) {
      new ApiBench(client, 3, 5)
          .run(Integer.parseInt(args[1]), Integer.parseInt(args[2]))
          .forEach(System.out::println);
    }
  }
}
