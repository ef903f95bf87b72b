package dev.iommufleet.load.bench;

import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.load.bench.Figure.Goal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a doorbell with a page-selective invalidation and a wait costs in the journal. */
record JournalSize(Nodes nodes) implements Benchmark {
  private static final String ID = "journal";
  private static final int BATCH = 2;

  @Override
  public String name() {
    return "journal-bytes";
  }

  @Override
  public String summary() {
    return "journal bytes for a doorbell with two descriptors, one of them a wait";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException {
    int doorbells = effort.pick(5_000, 20);
    var file = new ArrayList<Double>();
    var entry = new ArrayList<Double>();
    try (var workspace = Workspace.create()) {
      boot(workspace.path());
      for (int round = 0; round < effort.pick(3, 1); round++) {
        long before = Files.size(nodes.journal(workspace.path()));
        ring(workspace.path(), doorbells);
        file.add((double) (Files.size(nodes.journal(workspace.path())) - before) / doorbells);
        entry.add(nodes.entryBytes(workspace.path(), doorbells));
      }
    }
    var how = "%d doorbells, the status word changing with each; ".formatted(doorbells);
    return List.of(
        Goal.atMost(500, "bytes", "journal-file-bytes", how + "growth of the SQLite file by entry")
            .of(file),
        Goal.atMost(500, "bytes", "journal-entry-bytes", how + "mean size of the entry itself")
            .of(entry));
  }

  private void boot(Path data) throws IOException {
    try (var lab = Lab.start(nodes, data, List.of())) {
      lab.create(ID, Mode.LEGACY);
      var guest = lab.guest(ID, Mode.LEGACY);
      guest.boot();
      guest.map(1);
      guest.fillQueue();
    }
  }

  private void ring(Path data, int doorbells) throws IOException {
    try (var lab = Lab.start(nodes, data, List.of())) {
      var guest = lab.guest(ID, Mode.LEGACY);
      // The rounds begin where the one before ended.
      long head = head(lab);
      try (var stream = lab.client().stream(ID)) {
        for (int i = 1; i <= doorbells; i++) {
          stream.send(lab.batch(guest.doorbell((int) head + i * BATCH), 1));
        }
        stream.drain();
      }
      if (head(lab) != (head + (long) doorbells * BATCH) % Guest.QUEUE_ENTRIES) {
        throw new IllegalStateException("the queue stands at " + head(lab) + ", began at " + head);
      }
    }
  }

  /** Index of the next descriptor. */
  private static long head(Lab lab) {
    var read = lab.codec().write(new Operation.ReadRegister(Guest.IQH, 8));
    var reply = lab.client().session(ID).execute(List.of(read)).getReplies(0);
    return reply.getRegisterValue().getValue() >>> 4;
  }
}
