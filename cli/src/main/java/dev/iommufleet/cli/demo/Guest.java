package dev.iommufleet.cli.demo;

import dev.iommufleet.cli.capture.MappedCodec;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.load.capture.Replayer;
import dev.iommufleet.load.capture.Report;
import dev.iommufleet.load.capture.ShippedCaptures;
import dev.iommufleet.load.remote.Acknowledged;
import dev.iommufleet.load.remote.Outage;
import dev.iommufleet.load.remote.RemoteTarget;
import dev.iommufleet.protocol.api.v1.Iommu;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** One recorded guest, its IOMMU in the fleet, and what was seen of it. */
final class Guest {

  /** The four recordings of Linux guests, with what each stands for. */
  private record Recording(String file, String id, String mode) {}

  private static final List<Recording> RECORDINGS =
      List.of(
          new Recording("linux-legacy-lazy.jsonl.gz", "legacy", "legacy"),
          new Recording(
              "linux-scalable-firststage-strict.jsonl.gz", "first-stage", "scalable, first stage"),
          new Recording(
              "linux-scalable-secondstage-vfio.jsonl.gz", "second-stage", "scalable, second stage"),
          new Recording(
              "linux-scalable-firststage-device-iotlb-strict.jsonl.gz",
              "device-iotlb",
              "scalable, first stage, device-IOTLB"));

  private static final int KEPT_MISMATCHES = 3;

  private final Recording recording;
  private final byte[] file;
  private final Report report;
  private final AtomicLong read = new AtomicLong();
  private volatile RemoteTarget target;
  private volatile Throwable failure;
  private Thread thread;

  /** What was acknowledged when the node was killed. */
  Acknowledged before;

  /** What the new node says before anything is sent to it. */
  Iommu recovered;

  /** Until the new node said it, the recovery of this IOMMU included. */
  long recoveryMillis;

  private Guest(Recording recording, byte[] file) {
    this.recording = recording;
    this.file = file;
    this.report = new Report(recording.file, KEPT_MISMATCHES);
  }

  static List<Guest> all() {
    return RECORDINGS.stream()
        .map(
            it -> {
              try (var in = ShippedCaptures.open(it.file)) {
                return new Guest(it, in.readAllBytes());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .toList();
  }

  String id() {
    return recording.id;
  }

  String mode() {
    return recording.mode;
  }

  String file() {
    return recording.file;
  }

  long bytes() {
    return file.length;
  }

  /** How far the recording was read. */
  long bytesRead() {
    return read.get();
  }

  Report report() {
    return report;
  }

  Throwable failure() {
    return failure;
  }

  boolean running() {
    return thread.isAlive();
  }

  Acknowledged acknowledged() {
    var it = target;
    return it == null ? new Acknowledged(0, 0, 0, false) : it.acknowledged();
  }

  /** The first answer of the new node; null: it was not asked. */
  Acknowledged resumed() {
    return target == null ? null : target.resumed();
  }

  void start(FleetClient client, Outage outage) {
    var codec = new MappedCodec(JournalLevel.JOURNAL_LEVEL_FULL);
    var place = new RemoteTarget.Place(client, id(), true, codec, outage);
    thread = Thread.ofPlatform().name(id()).daemon().start(() -> replay(place));
  }

  private void replay(RemoteTarget.Place place) {
    try (var it = new RemoteTarget(place)) {
      target = it;
      Replayer.replay(new Counted(), it, report);
    } catch (IOException | RuntimeException e) {
      failure = e;
    }
  }

  void join() throws InterruptedException {
    thread.join();
  }

  /** Whether nothing that was acknowledged is lost, and nothing came up that was never sent. */
  boolean survived() {
    if (recovered.getSequenceNumber() == before.sequenceNumber()) {
      return agrees(before);
    }
    // The kill came after an entry was written and before its answer arrived; its repeat is
    // answered out of the journal, with the very numbers that the recovery came up with.
    var repeat = resumed();
    return recovered.getSequenceNumber() > before.sequenceNumber()
        && repeat != null
        && repeat.repeated()
        && repeat.sequenceNumber() == recovered.getSequenceNumber()
        && agrees(repeat);
  }

  private boolean agrees(Acknowledged it) {
    return recovered.getStateHash() == it.stateHash()
        && recovered.getPasidCacheEntries() == it.pasidCacheEntries();
  }

  boolean matched() {
    return failure == null
        && report.error() == null
        && report.mismatches() == 0
        && report.operations() > 0
        && survived();
  }

  private final class Counted extends FilterInputStream {
    Counted() {
      super(new ByteArrayInputStream(file));
    }

    @Override
    public int read() throws IOException {
      int one = super.read();
      read.addAndGet(one < 0 ? 0 : 1);
      return one;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int count = super.read(bytes, from, length);
      read.addAndGet(Math.max(count, 0));
      return count;
    }
  }
}
