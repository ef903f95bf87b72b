package dev.iommufleet.simulation;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.Latch;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an observer writes down to judge by: which changes of the guest's tables no completed wait
 * covers yet, how often each wait completed, which groups are open. Shares no code with what it
 * judges.
 */
final class Ledger {
  private static final long TAG_DIRTY = 20;
  private static final long TAG_WAIT = 21;
  private static final long TAG_EPOCH = 22;
  private static final long TAG_DONE = 24;

  /** FSTS.ICE: fetching goes on. */
  private static final int ICE = 1 << 5;

  /** PRS.PRO. */
  private static final int OVERFLOW = 2;

  /** Key of a whole PASID entry; leaves have keys from {@link #LEAF} on. */
  private static final int LEAF = 1 << 20;

  /** A wait that was submitted: the changes that it covers, and how often it completed. */
  private record Wait(Set<Integer> covers, int completed, boolean aborted) {}

  private final RequestLedger requests;
  private long head;
  private boolean stopped;

  /** Times that the host was flushed since a message came. */
  private int flushes;

  /** Bits of PRS that software clears now. */
  private int clearing;

  private final Set<Integer> dirty;
  private final TreeMap<Integer, Wait> waits;
  private final long[] epochs;
  private final long[] lastDone;
  private final Map<Integer, Integer> peers;
  private int reporting;
  private boolean reset;
  private int interrupts;
  private String broken;

  Ledger(int devices, boolean fenced) {
    requests = new RequestLedger(devices, fenced);
    dirty = new TreeSet<>();
    waits = new TreeMap<>();
    epochs = new long[devices];
    lastDone = new long[devices];
    peers = new TreeMap<>();
  }

  private Ledger(Ledger other) {
    requests = other.requests.fork();
    dirty = new TreeSet<>(other.dirty);
    waits = new TreeMap<>(other.waits);
    epochs = other.epochs.clone();
    lastDone = other.lastDone.clone();
    peers = new TreeMap<>(other.peers);
    broken = other.broken;
    reset = other.reset;
  }

  Ledger fork() {
    return new Ledger(this);
  }

  String broken() {
    return broken != null ? broken : requests.broken();
  }

  void broken(String format, Object... arguments) {
    if (broken == null) {
      broken = format.formatted(arguments);
    }
  }

  /** Of the attachment that the IOMMU knows of, or knew last. */
  long epoch(int device) {
    return epochs[device];
  }

  /** The machine was reset. */
  boolean wasReset() {
    return reset;
  }

  /** The device whose report reaches the IOMMU now. */
  void reporting(int device) {
    reporting = device;
  }

  /**
   * The device that is, or was last, attached under this source id. Epochs are the devices' own:
   * this tells those of one source id apart.
   */
  int peer(int sourceId) {
    return peers.get(sourceId);
  }

  static int entry(int device, int pasid) {
    return device << 8 | pasid;
  }

  static int leaf(int space, int page) {
    return LEAF | space << 12 | page;
  }

  /** A change of this kind may still be unknown to caches and hosts. */
  boolean isDirty(int key) {
    return dirty.contains(key);
  }

  /** Waits that have neither completed nor been discarded, ascending. */
  Set<Integer> openWaits() {
    Set<Integer> open = new TreeSet<>();
    waits.forEach(
        (number, wait) -> {
          if (wait.completed() == 0 && !wait.aborted()) {
            open.add(number);
          }
        });
    return open;
  }

  // ---- the guest ----

  void before(Step.Guest step, Iommu iommu, Scenario scenario) {
    switch (step) {
      case Step.Entry s -> {
        // Functions may share a directory.
        for (int device = 0; device < epochs.length; device++) {
          change(entry(device, s.pasid()));
        }
      }
      case Step.Leaf s -> {
        // What was not present is in no cache.
        if ((iommu.view().memory(Layout.leaf(s.space(), s.page()), 1)[0] & 1) != 0) {
          change(leaf(s.space(), s.page()));
        }
      }
      case Step.Context s -> changeAll(s.device());
      case Step.ClearRequestStatus s -> clearing = s.bits();
      case Step.Command _, Step.Reset _ -> {
        reset |= step instanceof Step.Reset;
        for (int device = 0; device < scenario.devices().size(); device++) {
          changeAll(device);
        }
        for (int number : openWaits()) {
          Wait wait = waits.get(number);
          waits.put(number, new Wait(wait.covers(), 0, step instanceof Step.Reset));
        }
      }
      case Step.Submit s -> {
        if (s.number() != 0) {
          waits.put(s.number(), new Wait(covered(s.descriptors(), scenario), 0, false));
          if (s.drains()) {
            requests.draining(s.number());
          }
        }
      }
      default -> {}
    }
  }

  private void changeAll(int device) {
    for (int pasid = 0; pasid < Machines.PASIDS; pasid++) {
      change(entry(device, pasid));
    }
  }

  private void change(int key) {
    dirty.add(key);
    waits.replaceAll(
        (_, wait) -> {
          if (!wait.covers().contains(key) || wait.completed() > 0) {
            return wait;
          }
          Set<Integer> rest = new TreeSet<>(wait.covers());
          rest.remove(key);
          return new Wait(rest, wait.completed(), wait.aborted());
        });
  }

  /** PASID-cache invalidations cover entries, PASID-based IOTLB ones the leaves. */
  private Set<Integer> covered(String descriptors, Scenario scenario) {
    boolean all = descriptors.contains("pc-g") || replays(descriptors, scenario);
    boolean leaves = descriptors.contains("piotlb");
    Set<Integer> covered = new TreeSet<>();
    for (int key : dirty) {
      boolean isLeaf = (key & LEAF) != 0;
      boolean named =
          isLeaf
              ? leaves
              : all || descriptors.matches("(?s).*\\bpc [^;]*pasid=" + (key & 0xFF) + "\\b.*");
      if (named) {
        covered.add(key);
      }
    }
    return covered;
  }

  /** Context invalidations cover entries as far as the policy says so. */
  private static boolean replays(String descriptors, Scenario scenario) {
    return switch (scenario.config().policy()) {
      case STRICT -> false;
      case EMULATOR -> descriptors.contains("cc-g");
      case DEVICE_REPLAY, GLOBAL_REPLAY -> descriptors.contains("cc-");
    };
  }

  // ---- the IOMMU ----

  void fact(Fact fact, Iommu iommu, Scenario scenario) {
    switch (fact) {
      case Fact.MemoryWritten f when f.kind() == Fact.WriteKind.WAIT_STATUS -> completed(f);
      case Fact.MemoryWritten f when f.kind() == Fact.WriteKind.PAGE_REQUEST -> queued(f, iommu);
      case Fact.WaitEnded f when !f.completed() -> abort();
      case Fact.DeviceRequestTaken f -> requests.taken(peer(f.sourceId()), f.number());
      case Fact.DeviceDetached f -> {
        if (peer(f.sourceId()) != reporting) {
          broken("I6: device %d ended the attachment of device %d", reporting, peer(f.sourceId()));
        }
      }
      case Fact.DeviceAttached f -> {
        int device = reporting;
        requests.attached(device);
        peers.put(f.sourceId(), device);
        epochs[device] = f.epoch();
        changeAll(device);
      }
      case Fact.CommandPosted f -> {
        boolean leaving =
            iommu.view().devices().stream()
                .anyMatch(d -> d.sourceId() == f.sourceId() && d.detaching());
        if (leaving && !(f.command() instanceof Command.Detach)) {
          broken("I6: %s was sent to a device that is leaving", f.command());
        }
      }
      case Fact.InterruptSent f when f.cause() == Fact.InterruptCause.PAGE_REQUEST -> interrupts++;
      default -> {}
    }
  }

  private void completed(Fact.MemoryWritten write) {
    int number = (int) (write.address() - Layout.STATUS) / 4;
    Wait wait = waits.get(number);
    if (wait == null) {
      return;
    }
    if (wait.completed() > 0) {
      broken("I2: wait %d completed twice", number);
    }
    if (wait.aborted()) {
      broken("I2: wait %d completed after it was discarded", number);
    }
    for (int earlier : waits.headMap(number).keySet()) {
      if (waits.get(earlier).completed() == 0 && !waits.get(earlier).aborted()) {
        broken("I2: wait %d completed before wait %d", number, earlier);
      }
    }
    requests.completed(number);
    dirty.removeAll(wait.covers());
    waits.put(number, new Wait(Set.of(), wait.completed() + 1, wait.aborted()));
  }

  /** The wait that was fetched is discarded: the first that is open. */
  private void abort() {
    for (int number : openWaits()) {
      waits.put(number, new Wait(waits.get(number).covers(), 0, true));
      return;
    }
  }

  private void queued(Fact.MemoryWritten write, Iommu iommu) {
    long slot = write.address() - Layout.REQUESTS;
    long tail = iommu.view().register(Guest.PQT);
    long after = (tail + 32) % Layout.REQUEST_BYTES;
    if ((iommu.view().register(Guest.PRS) & OVERFLOW) != 0) {
      broken("I4: a page request was taken while PRO is set");
    }
    if (slot != tail || after == iommu.view().register(Guest.PQH)) {
      broken("I4: a page request was written to %x, tail %x", slot, tail);
    }
  }

  /** {@code before}: PRS before the operation that ended now. */
  void after(int before, Iommu iommu) {
    boolean edge = (before & 3) == 0 && (iommu.view().register(Guest.PRS) & 3) != 0;
    int expected = edge ? 1 : 0;
    if (interrupts != expected) {
      broken("I5: %d page-request interrupts for %d edges", interrupts, expected);
    }
    interrupts = 0;
    if ((iommu.view().register(Guest.PRS) & clearing & OVERFLOW) != 0) {
      broken("I4: software cleared PRO, and it is set");
    }
    clearing = 0;
    fetched(iommu);
  }

  // ---- devices ----

  /** A message is about to reach a device. */
  void delivering() {
    flushes = 0;
  }

  void fact(int device, DeviceFact fact) {
    requests.fact(device, fact);
    switch (fact) {
      case DeviceFact.AttachStarted _ -> lastDone[device] = 0;
      case DeviceFact.HostInvalidated f -> {
        if (++flushes > 1) {
          broken(
              "I10: one command flushed object %d of device %d again", f.call().object(), device);
        }
      }
      case DeviceFact.CommandDone f -> {
        if (f.id() <= lastDone[device]) {
          broken("I10: device %d did command %d twice", device, f.id());
        }
        lastDone[device] = f.id();
      }
      default -> {}
    }
  }

  // ---- the queue ----

  /** Something is about to reach the IOMMU. */
  void before(Iommu iommu) {
    stopped = isStopped(iommu);
    head = iommu.latch(Latch.QUEUE_HEAD);
  }

  /** Nothing is fetched from an error to its clearing. */
  private void fetched(Iommu iommu) {
    boolean off = iommu.latch(Latch.QUEUE_ENABLED) == 0;
    boolean moved = !off && iommu.latch(Latch.QUEUE_HEAD) != head;
    if (stopped && isStopped(iommu) && moved) {
      broken("I2: a descriptor was fetched while the queue was stopped by an error");
    }
  }

  private static boolean isStopped(Iommu iommu) {
    return (iommu.faultStatus() & (Guest.QUEUE_ERRORS & ~ICE)) != 0;
  }

  long hash() {
    long hash = broken == null ? 0 : broken.hashCode();
    for (int key : dirty) {
      hash += StateHash.mix(TAG_DIRTY, key, 1);
    }
    for (var wait : waits.entrySet()) {
      long state = (long) wait.getValue().completed() << 1 | (wait.getValue().aborted() ? 1 : 0);
      hash += StateHash.mix(TAG_WAIT, wait.getKey(), state);
      for (int key : wait.getValue().covers()) {
        hash += StateHash.mix(TAG_WAIT, wait.getKey() + 1_000, key);
      }
    }
    for (int device = 0; device < epochs.length; device++) {
      hash += StateHash.mix(TAG_EPOCH, device, epochs[device]);
      hash += StateHash.mix(TAG_DONE, device, lastDone[device]);
    }
    for (var peer : peers.entrySet()) {
      hash += StateHash.mix(TAG_EPOCH, peer.getKey() + 1_000, peer.getValue());
    }
    hash += requests.hash();
    return hash;
  }
}
