package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.device.DeviceOperation.Mode;
import dev.iommufleet.hardware.link.Report;

/**
 * One DMA that runs. Immutable.
 *
 * @param data what is written, or what was read so far; {@code length} bytes
 * @param done bytes
 * @param question under way; null: it waits for a group, for a poll, or to go on
 * @param translated the question uses a translation of the {@code asked} bytes behind those done
 * @param group index of the page-request group that it waits for; {@link #NONE}
 * @param paused it waits for a poll
 * @param attempts how often it had to ask for a page
 * @param aborting it ends when its question is answered
 */
record Dma(
    long id,
    int pasid,
    long iova,
    int length,
    boolean write,
    byte[] data,
    Mode mode,
    int done,
    Report.Question question,
    boolean translated,
    int asked,
    int group,
    boolean paused,
    int attempts,
    boolean aborting) {
  static final int NONE = -1;
  private static final long TAG = 70;
  private static final long TAG_DATA = 71;

  static Dma started(DeviceFact.DmaStarted f) {
    boolean write = f.data() != null;
    byte[] data = write ? f.data() : new byte[f.length()];
    return new Dma(
        f.dma(),
        f.pasid(),
        f.iova(),
        f.length(),
        write,
        data,
        f.mode(),
        0,
        null,
        false,
        0,
        NONE,
        false,
        0,
        false);
  }

  static Dma kept(DeviceFact.DmaKept f) {
    return new Dma(
        f.dma(),
        f.pasid(),
        f.iova(),
        f.length(),
        f.write(),
        f.data(),
        f.mode(),
        f.done(),
        null,
        false,
        0,
        NONE,
        false,
        f.attempts(),
        false);
  }

  long address() {
    return iova + done;
  }

  int left() {
    return length - done;
  }

  /** 1 read, 2 write. */
  int wanted() {
    return write ? 2 : 1;
  }

  boolean asks(long ask) {
    return question != null && question.ask() == ask;
  }

  /** An access is under way that uses a translation. */
  boolean accessing() {
    return question != null && translated;
  }

  boolean translating() {
    return question instanceof Report.Translate || question instanceof Report.Walk;
  }

  /** Whether that access touches the range; {@code size} 0: everywhere. */
  boolean touches(long address, long size) {
    if (size == 0) {
      return true;
    }
    long last = address + size - 1;
    long ownLast = address() + asked - 1;
    return Long.compareUnsigned(address(), last) <= 0
        && Long.compareUnsigned(address, ownLast) <= 0;
  }

  Dma asking(Report.Question next, boolean usesTranslation, int bytes) {
    return new Dma(
        id,
        pasid,
        iova,
        length,
        write,
        data,
        mode,
        done,
        next,
        usesTranslation,
        bytes,
        NONE,
        false,
        attempts,
        false);
  }

  Dma advanced(int bytes, byte[] read) {
    byte[] after = data;
    if (!write) {
      after = data.clone();
      System.arraycopy(read, 0, after, done, bytes);
    }
    return new Dma(
        id,
        pasid,
        iova,
        length,
        write,
        after,
        mode,
        done + bytes,
        null,
        false,
        0,
        NONE,
        false,
        attempts,
        false);
  }

  Dma faulted(int index) {
    return waiting(index, false);
  }

  Dma pausing() {
    return waiting(NONE, true);
  }

  private Dma waiting(int index, boolean pauses) {
    return new Dma(
        id,
        pasid,
        iova,
        length,
        write,
        data,
        mode,
        done,
        null,
        false,
        0,
        index,
        pauses,
        attempts + 1,
        false);
  }

  /** Only a DMA with a question under way has something to wait for. */
  Dma toAbort() {
    if (question == null) {
      throw new IllegalStateException("DMA " + id + " asks nothing, so it ends at once");
    }
    return new Dma(
        id,
        pasid,
        iova,
        length,
        write,
        data,
        mode,
        done,
        question,
        translated,
        asked,
        group,
        paused,
        attempts,
        true);
  }

  /** What it is waiting for is told by a fact of its own, which counts as an attempt. */
  DeviceFact.DmaKept keep() {
    int before = group != NONE || paused ? attempts - 1 : attempts;
    return new DeviceFact.DmaKept(id, pasid, iova, length, write, data, mode, done, before);
  }

  long hash() {
    long what = StateHash.mix(TAG, pasid, (long) length << 8 | mode.number() << 1 | bit(write));
    long where = StateHash.mix(TAG, iova ^ what, (long) done << 32 | attempts);
    long flags = (long) bit(aborting) << 2 | bit(paused) << 1 | bit(translated);
    long state = (long) group << 32 | (long) asked << 8 | flags;
    long ask = question == null ? 0 : question.ask();
    return StateHash.mix(TAG, id, where) + StateHash.mix(TAG, ~id, state ^ ask << 16) + dataHash();
  }

  private long dataHash() {
    long hash = 0;
    for (int i = 0; i < data.length; i++) {
      hash = hash * 31 + data[i];
    }
    return StateHash.mix(TAG_DATA, id, hash);
  }

  private static int bit(boolean set) {
    return set ? 1 : 0;
  }
}
