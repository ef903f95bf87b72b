package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.spec.Descriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** A guest's handlers of interrupts; page requests and faults are served when one says so. */
final class Interrupts {
  static final int FAULT = 0x51;
  static final int PAGE_REQUEST = 0x52;

  private static final int FSTS = 0x34;
  private static final int PQH = 0xC0;
  private static final int PQT = 0xC8;
  private static final int PRS = 0xDC;
  private static final int FRCD = 0x220;
  private static final int FAULT_BITS = 0x23; // PFO, PPF (follows the record), ICE
  private static final int PPR = 1;
  private static final int PRO = 2;
  private static final int MOST_AT_ONCE = 24;
  private static final int SUCCESS = 0;
  private static final int INVALID = 1;

  private final Guest guest;
  private final Client cpu;
  private final Client watcher;
  private long seen;
  private int generation;
  private boolean pageDue;
  private boolean faultDue;
  private boolean running;
  private boolean deaf;

  Interrupts(Guest guest, Client cpu, Client watcher) {
    this.guest = guest;
    this.cpu = cpu;
    this.watcher = watcher;
    watcher.onOutput(this::interrupt);
  }

  boolean isBusy() {
    return running || pageDue || faultDue || !cpu.isIdle();
  }

  // ---- watching -----------------------------------------------------------------------------

  /** From the first that was not seen; again and again, since nobody says when it breaks. */
  void watch() {
    if (watcher.isIdle()) {
      watcher.ask(new Message.Request.Watch(seen + 1), _ -> {});
    }
    guest.later(Timing.WATCH_AGAIN, this::watch);
  }

  private void interrupt(Message.Output output) {
    if (output.number() <= seen || output.previous() > seen) {
      return; // Known, or behind one that is missing: the next watch brings it.
    }
    seen = output.number();
    pageDue |= output.vectors().contains(PAGE_REQUEST);
    faultDue |= output.vectors().contains(FAULT);
    run();
  }

  /** What was recorded while another status bit was set came without an interrupt. */
  void lookForFaults() {
    faultDue = true;
    run();
  }

  /** Nobody handles them for a while. */
  void ignore(long micros) {
    deaf = true;
    guest.later(
        micros,
        () -> {
          deaf = false;
          run();
        });
  }

  /** What was read of the unit before a reset means nothing behind it. */
  void reset() {
    generation++;
  }

  private void run() {
    if (running || deaf) {
      return;
    }
    if (faultDue) {
      faultDue = false;
      running = true;
      faults();
    } else if (pageDue) {
      pageDue = false;
      running = true;
      pages();
    }
  }

  private void done() {
    running = false;
    run();
  }

  // ---- faults -------------------------------------------------------------------------------

  private void faults() {
    guest.execute(
        cpu,
        List.of(
            new Operation.ReadRegister(FSTS, 4),
            new Operation.ReadRegister(FRCD + 8, 8),
            new Operation.ReadRegister(FRCD, 8)),
        replies -> {
          boolean pending = replies.register(1) < 0;
          if (pending) {
            guest.see(new Seen.FaultRead(guest.number));
          }
          var writes = new ArrayList<Operation>();
          if (pending) {
            writes.add(new Operation.WriteRegister(FRCD + 12, 4, 1L << 31));
          }
          writes.add(new Operation.WriteRegister(FSTS, 4, FAULT_BITS));
          guest.execute(cpu, writes, _ -> done());
        });
  }

  // ---- page requests ------------------------------------------------------------------------

  private void pages() {
    int mine = generation;
    guest.execute(
        cpu,
        List.of(
            new Operation.WriteRegister(PRS, 4, PPR),
            new Operation.ReadRegister(PQH, 8),
            new Operation.ReadRegister(PQT, 8),
            new Operation.ReadMemory(Layout.REQUESTS, Layout.REQUEST_BYTES)),
        replies -> {
          long head = replies.register(1);
          long tail = replies.register(2);
          if (head == tail || mine != generation) {
            finish(mine);
          } else {
            serve(mine, head, tail, replies.bytes(3));
          }
        });
  }

  private void serve(int mine, long first, long tail, byte[] ring) {
    var responses = new ArrayList<Descriptor>();
    guest.queue.submit(
        cpu,
        () -> {
          if (mine != generation) {
            return null;
          }
          var stores = new ArrayList<Operation>();
          long head = first;
          for (int i = 0; i < MOST_AT_ONCE && head != tail; i++) {
            request(
                ByteBuffer.wrap(ring).order(ByteOrder.LITTLE_ENDIAN),
                (int) head,
                stores,
                responses);
            head = (head + Layout.REQUEST) % Layout.REQUEST_BYTES;
          }
          var moved = new Operation.WriteRegister(PQH, 8, head);
          var batches =
              responses.isEmpty()
                  ? List.<Queue.Batch>of()
                  : List.of(new Queue.Batch(() -> responses, Cover.nothing(), false));
          return new Queue.Plan(stores, batches, List.of(moved));
        },
        () -> finish(mine));
  }

  /** The page becomes present, as a page-fault handler makes it; who asked for it is told. */
  private void request(
      ByteBuffer ring, int at, List<Operation> stores, List<Descriptor> responses) {
    long low = ring.getLong(at);
    long high = ring.getLong(at + 8);
    int sourceId = (int) (low >>> 16) & 0xFFFF;
    boolean pasidPresent = (low & 1 << 8) != 0;
    int pasid = pasidPresent ? (int) (low >>> 32) & 0xFFFFF : 0;
    int slot = (sourceId >> 3) - (FleetConfig.sourceId(0) >> 3);
    int page = Layout.page(high & -0x1000L);
    int space =
        slot >= 0 && slot < guest.slots.length && pasid < Machines.PASIDS
            ? guest.tables.entries[slot][pasid]
            : Tables.NONE;
    boolean known = space != Tables.NONE && page >= 0 && page < Layout.PAGES;
    if (known) {
      guest.tables.map(space, page, stores);
      known = guest.tables.leaves[space][page] != Tables.NONE;
    }
    boolean last = (high & 4) != 0;
    boolean marker = last && (high & 3) == 0;
    if (last && !marker) {
      responses.add(
          new Descriptor.PageGroupResponse(
              sourceId,
              pasidPresent ? pasid : Report.NO_PASID,
              known ? SUCCESS : INVALID,
              (int) (high >>> 3) & 0x1FF));
    }
  }

  /** Overflow is cleared when the queue is empty; whatever came meanwhile is served. */
  private void finish(int mine) {
    guest.execute(
        cpu,
        List.of(
            new Operation.ReadRegister(PQH, 8),
            new Operation.ReadRegister(PQT, 8),
            new Operation.ReadRegister(PRS, 4)),
        replies -> {
          boolean empty = replies.register(0) == replies.register(1);
          boolean overflow = (replies.register(2) & PRO) != 0;
          if (mine != generation || empty && !overflow) {
            done();
          } else if (empty) {
            guest.execute(cpu, List.of(new Operation.WriteRegister(PRS, 4, PRO)), _ -> done());
          } else {
            pages();
          }
        });
  }
}
