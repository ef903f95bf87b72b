package dev.iommufleet.actors;

import static dev.iommufleet.actors.Harness.answer;
import static dev.iommufleet.actors.Harness.named;
import static dev.iommufleet.actors.Harness.ok;
import static dev.iommufleet.actors.Harness.request;
import static dev.iommufleet.actors.Ops.FEDATA;
import static dev.iommufleet.actors.Ops.awaitWord;
import static dev.iommufleet.actors.Ops.load;
import static dev.iommufleet.actors.Ops.read;
import static dev.iommufleet.actors.Ops.store;
import static dev.iommufleet.actors.Ops.storeQuads;
import static dev.iommufleet.actors.Ops.translate;
import static dev.iommufleet.actors.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.protocol.api.v1.AttachFunction;
import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.CompleteInvalidation;
import dev.iommufleet.protocol.api.v1.DeleteIommuRequest;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.Profile;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.List;

/** Journals with entries of every kind that an entity writes. */
final class WrittenJournals {
  private static final int SOURCE = 0x10;
  private static final long WORD = 0x3000;
  private static final long QUEUE = 0x10000;
  private static final int QUEUE_PAGES_LOG2 = 4;
  private static final int WAITS = 15 * 256;
  private static final int LONG = 60_000;

  private WrittenJournals() {}

  /** With a request so large that one of its operations is cut. */
  static List<Entry> whole(boolean full) {
    try (var it = new Harness(Harness.settings(full, 1_000, 256))) {
      begin(it);
      manySegments(it);
      return end(it);
    }
  }

  /** Creation, requests with id and without, waits, a timer, a restart, a parked queue. */
  static void begin(Harness it) {
    it.create(
        IommuSpec.newBuilder()
            .setProfile(Profile.PROFILE_QEMU_11_1)
            .setCapabilities(Capabilities.newBuilder().setDeviceTlb(true))
            .build());
    it.execute(write(FEDATA, 4, 1), read(FEDATA, 4));
    it.execute(write(FEDATA, 4, 2));
    var waiting =
        it.send(named("s", 1, write(FEDATA, 4, 3), awaitWord(WORD, 7, LONG), read(FEDATA, 4)));
    it.execute(write(FEDATA, 4, 4));
    it.execute(store(WORD, (byte) 7));
    ok(answer(waiting));
    it.execute(awaitWord(WORD, 8, 20), write(FEDATA, 4, 5));
    cached(it);
    it.restart();
    cached(it);
    parked(it);
  }

  /** Deletes the IOMMU; all entries. */
  static List<Entry> end(Harness it) {
    it.ask(EntityRequest.newBuilder().setDelete(DeleteIommuRequest.getDefaultInstance()));
    return it.entries();
  }

  /** Legacy tables that pass bus 0 through; translations whose fills are carried to an entry. */
  private static void cached(Harness it) {
    it.execute(
        storeQuads(0x40000, 0x41001),
        storeQuads(0x41100, 0x42001, 0x0000_0000_0000_0102L),
        storeQuads(0x42000, 0x43003),
        storeQuads(0x43000, 0x44003),
        storeQuads(0x44000, 0x45003),
        storeQuads(0x45008, 0x77003),
        write(0x20, 8, 0x40000),
        write(0x18, 4, 1L << 30),
        write(0x18, 4, 1L << 31));
    assertEquals(
        0x77000, it.execute(translate(SOURCE, 0x1234)).getReplies(0).getTranslation().getAddress());
    it.execute(translate(SOURCE, 0x1000));
    it.execute(translate(SOURCE, 0x1000), write(FEDATA, 4, it.get().getSequenceNumber()));
  }

  private static void parked(Harness it) {
    var attach =
        Operation.newBuilder()
            .setAttachFunction(AttachFunction.newBuilder().setSourceId(SOURCE))
            .build();
    var waiting =
        it.send(
            request(
                attach,
                storeQuads(
                    QUEUE,
                    0x0000_0010_0000_0003L,
                    0x7FFF_FFFF_FFFF_F001L,
                    0x0000_0009_0000_0025L,
                    0x20000L),
                write(0x90, 8, QUEUE),
                write(0x18, 4, 1L << 31 | 1L << 26),
                write(0x88, 4, 2 << 4),
                load(0x20000, 1)));
    it.get();
    it.execute(
        Operation.newBuilder()
            .setCompleteInvalidation(
                CompleteInvalidation.newBuilder().setSourceId(SOURCE).setItagVector(1))
            .build());
    ok(answer(waiting));
  }

  /** More than half of the largest entry: one operation whose facts are cut into segments. */
  private static void manySegments(Harness it) {
    it.execute(
        write(0x18, 4, 1L << 31), write(0x88, 8, 0), write(0x90, 8, QUEUE | QUEUE_PAGES_LOG2));
    var quads = new long[512];
    for (int first = 0; first < WAITS; first += quads.length / 2) {
      for (int i = 0; i < quads.length; i += 2) {
        quads[i] = (long) (first + i / 2) << 32 | 0x25L;
        quads[i + 1] = 0x20000L;
      }
      it.execute(storeQuads(QUEUE + 16L * first, quads));
    }
    int before = it.entries().size();
    it.execute(write(0x18, 4, 1L << 31 | 1L << 26), write(0x88, 4, WAITS << 4), read(FEDATA, 4));
    assertTrue(it.entries().size() > before + 1, "one entry: nothing was cut");
  }
}
