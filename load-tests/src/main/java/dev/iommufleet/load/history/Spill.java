package dev.iommufleet.load.history;

import com.google.protobuf.CodedOutputStream;
import dev.iommufleet.protocol.load.v1.HistoryEnded;
import dev.iommufleet.protocol.load.v1.HistoryRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** The bounded queue between those who record and the thread that writes. */
final class Spill {
  private static final int MOST_RECORDS = 1 << 15;

  /** KiB that queued records may hold. */
  private static final int MOST_KIB = 64 << 10;

  private static final int LARGEST_KIB = 1 << 10;
  private static final int BUFFER_BYTES = 1 << 18;
  private static final int AT_ONCE = 512;

  private record Queued(HistoryRecord record, int kib) {}

  private final ArrayBlockingQueue<Queued> queue = new ArrayBlockingQueue<>(MOST_RECORDS);
  private final Semaphore room = new Semaphore(MOST_KIB);
  private final LongAdder blockedNanos = new LongAdder();
  private final OutputStream file;
  private final CodedOutputStream out;
  private final Keep keep;
  private final List<Consumer<HistoryRecord>> listeners;
  private final Thread writer;

  /** By call that has not ended: whether it is kept whole. Only the writer's. */
  private final Map<Long, Boolean> whole = new HashMap<>();

  private long records;
  private long digested;
  private volatile boolean ended;
  private volatile RuntimeException failure;

  private Spill(OutputStream file, Keep keep, List<Consumer<HistoryRecord>> listeners) {
    this.file = file;
    this.out = CodedOutputStream.newInstance(file, BUFFER_BYTES);
    this.keep = keep;
    this.listeners = List.copyOf(listeners);
    this.writer = Thread.ofPlatform().name("history").daemon().unstarted(this::write);
  }

  static Spill open(Path file, Keep keep, List<Consumer<HistoryRecord>> listeners)
      throws IOException {
    var out = file == null ? OutputStream.nullOutputStream() : Files.newOutputStream(file);
    var spill = new Spill(out, keep, listeners);
    spill.writer.start();
    return spill;
  }

  /**
   * Waits while the writer is too far behind.
   *
   * @param bytes that the record keeps in memory, about
   */
  void put(HistoryRecord record, int bytes) {
    if (failure != null) {
      throw new IllegalStateException("the history ended early", failure);
    }
    if (ended) {
      return; // A call that outlives the load is no part of it.
    }
    int kib = Math.min(LARGEST_KIB, bytes >> 10);
    var queued = new Queued(record, kib);
    boolean hasRoom = kib == 0 || room.tryAcquire(kib);
    if (hasRoom && queue.offer(queued)) {
      return;
    }
    long since = System.nanoTime();
    if (!hasRoom) {
      room.acquireUninterruptibly(kib);
    }
    enqueue(queued);
    blockedNanos.add(System.nanoTime() - since);
  }

  private void enqueue(Queued queued) {
    boolean interrupted = false;
    while (true) {
      try {
        queue.put(queued);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Once; later calls do nothing. */
  synchronized void end(long atNanos, boolean interrupted) {
    if (ended) {
      return;
    }
    ended = true;
    var last = HistoryEnded.newBuilder().setInterrupted(interrupted);
    enqueue(new Queued(HistoryRecord.newBuilder().setAtNanos(atNanos).setEnded(last).build(), 0));
    boolean asked = false;
    while (writer.isAlive()) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        asked = true;
      }
    }
    room.release(MOST_KIB); // Whoever came too late need not wait.
    if (asked) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw new IllegalStateException("the history ended early", failure);
    }
  }

  // ---- the writer --------------------------------------------------------------------------

  private void write() {
    var batch = new ArrayList<Queued>(AT_ONCE);
    try (file) {
      while (true) {
        batch.clear();
        batch.add(queue.take());
        queue.drainTo(batch, AT_ONCE - 1);
        for (Queued queued : batch) {
          room.release(queued.kib);
          write(queued.record);
          if (queued.record.hasEnded()) {
            return;
          }
        }
      }
    } catch (IOException | InterruptedException e) {
      failure = new IllegalStateException("the history cannot be written: " + e.getMessage(), e);
    }
  }

  /** Behind a failure nothing more is written, and nobody waits: who records next is told. */
  private void write(HistoryRecord record) {
    if (failure != null) {
      return;
    }
    try {
      if (record.hasEnded()) {
        last(record);
        out.flush();
      } else {
        take(record);
      }
    } catch (IOException e) {
      failure = new IllegalStateException("the history cannot be written: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void take(HistoryRecord record) throws IOException {
    for (Consumer<HistoryRecord> listener : listeners) {
      listener.accept(record);
    }
    boolean asItIs =
        switch (record.getKindCase()) {
          case INVOKED -> {
            var it = record.getInvoked();
            boolean kept = keep.whole(it.getEntity(), out.getTotalBytesWritten());
            digested += kept ? 0 : 1;
            whole.put(it.getCall(), kept);
            yield kept;
          }
          case ANSWERED -> !Boolean.FALSE.equals(whole.remove(record.getAnswered().getCall()));
          case REFUSED -> whole.remove(record.getRefused().getCall()) != null;
          case NO_ANSWER -> whole.remove(record.getNoAnswer().getCall()) != null;
          default -> true;
        };
    put(asItIs ? record : Keep.digest(record));
  }

  private void put(HistoryRecord record) throws IOException {
    records++;
    out.writeUInt32NoTag(record.getSerializedSize());
    record.writeTo(out);
  }

  private void last(HistoryRecord record) throws IOException {
    var full = record.getEnded().toBuilder();
    full.setRecords(records).setDigested(digested).setBlockedNanos(blockedNanos.sum());
    var ended = record.toBuilder().setEnded(full).build();
    for (Consumer<HistoryRecord> listener : listeners) {
      listener.accept(ended);
    }
    put(ended);
  }
}
