package dev.iommufleet.load.bench;

import dev.iommufleet.client.IommuStream;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.load.bench.Figure.Goal;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.TranslationSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Batches over one stream of one client, to a node on this machine. */
record StreamSpeed(Nodes nodes) implements Benchmark {
  private static final int BATCH = 64;
  private static final String ID = "stream";

  @Override
  public String name() {
    return "stream";
  }

  @Override
  public String summary() {
    return "an Execute stream of one client, batches of 64 register reads or translation hits";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException {
    try (var workspace = Workspace.create();
        var lab = Lab.start(nodes, workspace.path(), List.of())) {
      lab.create(ID, Mode.LEGACY);
      var guest = lab.guest(ID, Mode.LEGACY);
      guest.boot();
      guest.map(1);
      return List.of(
          measure(lab, effort, "stream-register-reads", Lab.readRegister()),
          measure(lab, effort, "stream-translation-hits", Guest.read(Guest.SOURCE, 0)));
    }
  }

  private static Figure measure(Lab lab, Effort effort, String name, Operation operation) {
    int batches = effort.pick(20_000, 10);
    int warmUps = effort.pick(4, 1);
    int rounds = effort.pick(7, 1);
    var batch = lab.batch(operation, BATCH);
    var runs = new ArrayList<Double>();
    try (var stream = lab.client().stream(ID)) {
      for (int round = 0; round < warmUps + rounds; round++) {
        long start = System.nanoTime();
        send(stream, batch, batches);
        if (round >= warmUps) {
          runs.add(batches * BATCH * 1e9 / (System.nanoTime() - start));
        }
      }
    }
    var how =
        "%d batches of %d over loopback to a node process; rounds after %d that warm both up"
            .formatted(batches, BATCH, warmUps);
    return Goal.atLeast(500_000, "operations/s", name, how).of(runs);
  }

  private static void send(IommuStream stream, ExecuteRequest batch, int batches) {
    CompletableFuture<ExecuteResponse> last = null;
    for (int i = 0; i < batches; i++) {
      last = stream.send(batch);
    }
    var replies = last.join().getRepliesList();
    var reply = replies.getLast();
    boolean hit = reply.getTranslation().getSource() == TranslationSource.TRANSLATION_SOURCE_IOTLB;
    if (replies.size() != BATCH || !hit && !reply.hasRegisterValue()) {
      throw new IllegalStateException("a batch of %d ended with %s".formatted(BATCH, reply));
    }
  }
}
