package dev.iommufleet.load.bench;

import dev.iommufleet.client.IommuSession;
import dev.iommufleet.hardware.vtd.Capabilities;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.hardware.vtd.spec.Descriptor;
import dev.iommufleet.hardware.vtd.spec.Descriptor.PageGroupResponse;
import dev.iommufleet.hardware.vtd.spec.Descriptor.PasidCache;
import dev.iommufleet.hardware.vtd.spec.Descriptor.PasidDeviceTlb;
import dev.iommufleet.hardware.vtd.spec.Descriptor.PasidIotlb;
import dev.iommufleet.hardware.vtd.spec.Descriptor.Wait;
import dev.iommufleet.load.remote.WireCodec;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.QueueIdle;
import dev.iommufleet.protocol.api.v1.RegisterEquals;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A guest with devices: functions from 00:02.0 on, each with a PASID table of its own, all in one
 * address space of 512 pages; PASID 1 in domain 5.
 */
public final class DeviceGuest {
  static final Capabilities CAPABILITIES =
      new Capabilities(48, true, true, true, false, 8, true, false, true, true, true, true, false);
  public static final IommuConfig CONFIG = IommuConfig.of(Profile.ARCHITECTURE, CAPABILITIES);

  /** Pages of its address space, 4 KiB each. */
  public static final int PAGES = 512;

  /** PASIDs of all functions that are bound. */
  static final int PASID = 1;

  private static final int DOMAIN = 5;
  private static final long ROOT = 0x1000;
  private static final long CONTEXTS = 0x2000;
  private static final long STATUS = 0x5000;
  private static final long QUEUE = 0x8000;
  private static final long REQUESTS = 0x9000;
  private static final long DIRECTORIES = 0x1_0000;
  private static final long TABLES = 0x10_0000;
  private static final long LEAVES = TABLES + 0x3000;
  private static final long DATA = 0x20_0000;
  private static final long RIGHTS = 7;
  private static final int QUEUE_BYTES = 0x1000;
  private static final int WIDE = 32;
  private static final int DEADLINE_MILLIS = 60_000;

  /** Address of a sized device-TLB invalidation that covers everything. */
  private static final long EVERYTHING = 0x7FFF_FFFF_FFFF_F000L;

  private static final int GCMD = 0x18;
  private static final int RTADDR = 0x20;
  private static final int IQT = 0x88;
  private static final int IQA = 0x90;
  private static final int PQH = 0xC0;
  private static final int PQT = 0xC8;
  private static final int PQA = 0xD0;
  private static final long TE = 1L << 31;
  private static final long SRTP = 1L << 30;
  private static final long QIE = 1L << 26;

  private final IommuSession session;
  private final WireCodec codec;
  private List<Operation> batch = new ArrayList<>();
  private long tail;
  private long requests;

  public DeviceGuest(IommuSession session, WireCodec codec) {
    this.session = session;
    this.codec = codec;
  }

  /** Source id of the n-th function. */
  public static int sourceId(int function) {
    return 0x10 + 8 * function;
  }

  /** Tables for so many functions, both queues, translation. */
  public void boot(int functions) {
    store(ROOT, CONTEXTS | 1, CONTEXTS + 0x1000 | 1);
    for (int i = 0; i < functions; i++) {
      store(CONTEXTS + sourceId(i) * 32L, DIRECTORIES + i * 0x2000L | 0x1D);
      store(DIRECTORIES + i * 0x2000L, DIRECTORIES + i * 0x2000L + 0x1000 | 1);
    }
    for (int level = 0; level < 3; level++) {
      store(TABLES + level * 0x1000L, TABLES + (level + 1) * 0x1000L | RIGHTS);
    }
    write(RTADDR, 8, ROOT | 1 << 10);
    write(PQA, 8, REQUESTS);
    write(IQA, 8, QUEUE | 1 << 11);
    write(GCMD, 4, QIE);
    write(GCMD, 4, QIE | SRTP);
    write(GCMD, 4, QIE | TE);
    send();
  }

  /** PASID 1 of a function is bound, and the queue idle again. */
  public void bind(int function) {
    entry(function, true);
    descriptor(new PasidCache(PasidCache.Granularity.PASID, DOMAIN, PASID));
    ring();
  }

  /** PASID 1 of a function is unbound, and the queue idle again. */
  public void unbind(int function) {
    entry(function, false);
    descriptor(new PasidCache(PasidCache.Granularity.PASID, DOMAIN, PASID));
    ring();
  }

  private void entry(int function, boolean present) {
    long at = DIRECTORIES + function * 0x2000L + 0x1000 + PASID * 64L;
    store(at, present ? 1 | 2 << 2 | 1 << 6 : 0, DOMAIN, TABLES);
  }

  /** Everything under PASID 1, on every device; returns when the wait completed. */
  public void flush() {
    descriptor(new PasidIotlb(PasidIotlb.Granularity.PASID, DOMAIN, PASID, 0, 0, false));
    ring();
  }

  /** A wait behind what was written, then the doorbell. */
  private void ring() {
    descriptor(new Wait(false, true, false, false, 1, STATUS));
    write(IQT, 8, tail);
    batch.add(
        Operation.newBuilder()
            .setAwait(
                Await.newBuilder()
                    .setQueueIdle(QueueIdle.getDefaultInstance())
                    .setDeadlineMillis(DEADLINE_MILLIS))
            .build());
    ExecuteResponse response = send();
    if (!response.getReplies(response.getRepliesCount() - 1).getAwaited().getMet()) {
      throw new IllegalStateException("the queue was not idle after " + DEADLINE_MILLIS + " ms");
    }
  }

  /** Waits for the next page request, maps its page and answers its group. */
  public void serve() {
    long head = requests;
    requests = (requests + WIDE) % QUEUE_BYTES;
    batch.add(
        Operation.newBuilder()
            .setAwait(
                Await.newBuilder()
                    .setRegister(
                        RegisterEquals.newBuilder()
                            .setOffset(PQT)
                            .setSize(4)
                            .setMask(0x7FFE0)
                            .setValue((int) requests))
                    .setDeadlineMillis(DEADLINE_MILLIS))
            .build());
    batch.add(
        codec.write(new dev.iommufleet.hardware.vtd.Operation.ReadMemory(REQUESTS + head, 16)));
    var bytes = send().getReplies(1).getMemoryBytes().getData().asReadOnlyByteBuffer();
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    long low = bytes.getLong();
    long high = bytes.getLong();
    int page = (int) (high >>> 12) & 511;
    store(LEAVES + page * 8L, DATA + page * 0x1000L | RIGHTS);
    write(PQH, 8, requests);
    int source = (int) (low >>> 16) & 0xFFFF;
    int group = (int) (high >>> 3) & 0x1FF;
    descriptor(new PageGroupResponse(source, PASID, 0, group));
    write(IQT, 8, tail);
    send();
  }

  /** No page is mapped, and neither a host nor the function's device TLB knows otherwise. */
  public void unmapAll(int function) {
    store(LEAVES, new long[PAGES]);
    descriptor(new PasidIotlb(PasidIotlb.Granularity.PASID, DOMAIN, PASID, 0, 0, false));
    descriptor(new PasidDeviceTlb(sourceId(function), 31, PASID, false, EVERYTHING, true));
    ring();
  }

  private void descriptor(Descriptor descriptor) {
    store(QUEUE + tail, descriptor.encode());
    tail = (tail + WIDE) % QUEUE_BYTES;
  }

  private void write(int offset, int size, long value) {
    batch.add(
        codec.write(new dev.iommufleet.hardware.vtd.Operation.WriteRegister(offset, size, value)));
  }

  private void store(long address, long... words) {
    var bytes = new byte[words.length * Long.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (words[i >> 3] >>> 8 * (i & 7));
    }
    batch.add(codec.write(new dev.iommufleet.hardware.vtd.Operation.WriteMemory(address, bytes)));
  }

  private ExecuteResponse send() {
    var operations = batch;
    batch = new ArrayList<>();
    return session.execute(operations);
  }
}
