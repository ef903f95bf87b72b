package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.spec.Descriptor;
import dev.iommufleet.protocol.load.v1.Claim;
import dev.iommufleet.protocol.load.v1.Emptied;
import java.util.ArrayList;
import java.util.List;

/**
 * The IOMMU driver of a guest: its structures in memory, its copy of the command register, its
 * queue. Each method adds what the driver does to a batch, in the driver's order.
 */
final class Kernel {
  private static final long ROOT = 0x2000;
  private static final long CONTEXTS = 0x3000; // scalable mode: two pages
  private static final long INTERRUPT_TABLE = 0x5000;
  static final long REQUESTS = 0x2_0000;

  private static final int CAP = 0x08;
  private static final int ECAP = 0x10;
  private static final int GCMD = 0x18;
  private static final int GSTS = 0x1C;
  private static final int RTADDR = 0x20;
  private static final int FSTS = 0x34;
  private static final int FECTL = 0x38;
  private static final int FEDATA = 0x3C;
  private static final int FEADDR = 0x40;
  private static final int FEUADDR = 0x44;
  private static final int IQT = 0x88;
  private static final int IQA = 0x90;
  private static final int IRTA = 0xB8;
  private static final int PQH = 0xC0;
  private static final int PQT = 0xC8;
  private static final int PQA = 0xD0;
  private static final int PECTL = 0xE0;
  private static final int PEDATA = 0xE4;
  private static final int PEADDR = 0xE8;

  private static final long TE = 1L << 31;
  private static final long SRTP = 1L << 30;
  private static final long QIE = 1L << 26;
  private static final long IRE = 1L << 25;
  private static final long SIRTP = 1L << 24;
  private static final long SCALABLE_ROOT = 1L << 10; // RTADDR.TTM [11:10]
  private static final long WIDE = 1L << 11 | 1; // IQA.DW, QS 1: 256 entries of 32 bytes
  private static final long REMAPPING_SIZE = 7; // IRTA [3:0]: 256 entries
  private static final long EXTENDED_INTERRUPTS = 1L << 11; // IRTA.EIME
  private static final int QUEUE_SIZE = 4; // PQA.PQS: 2,048 entries
  private static final long EVENTS = 0xFEE0_0000L;

  /** Domain of everything that is first-stage and not a DMA domain; others are from 2 on. */
  static final int SHARED_DOMAIN = 1;

  final GuestShape shape;
  final Frames frames = new Frames();
  final InvalidationRing ring;
  final List<Function> functions = new ArrayList<>();
  private final PageRequestQueue requests;
  private long command;
  private long nextSpace = 1;
  private int nextDomain = SHARED_DOMAIN + 1;

  Kernel(GuestShape shape) {
    this.shape = shape;
    ring = new InvalidationRing(shape.scalable());
    requests = new PageRequestQueue(this);
  }

  PageRequestQueue requests() {
    return requests;
  }

  /** Device-TLB invalidations are not sent while translation is off. */
  boolean usesAts(int source) {
    return shape.usesAts() && (command & TE) != 0 && function(source) != null;
  }

  Function function(int source) {
    for (Function function : functions) {
      if (function.source == source) {
        return function;
      }
    }
    return null;
  }

  long takeSpace() {
    return nextSpace++;
  }

  int takeDomain() {
    return nextDomain++ & 0xFFFF;
  }

  // ---- boot --------------------------------------------------------------------------------

  /** What the unit is and whether somebody left something on. */
  void look(Batch batch) {
    batch.poll(CAP, 8, -1, shape.config().capabilities().cap());
    batch.poll(ECAP, 8, -1, shape.config().capabilities().ecap());
    batch.poll(FSTS, 4, 0xFF, 0);
    batch.poll(GSTS, 4, -1, 0);
  }

  void enableQueue(Batch batch) {
    ring.restart();
    batch.write(IQT, 4, 0);
    batch.write(IQA, 8, InvalidationRing.BASE | (shape.scalable() ? WIDE : 0));
    command(batch, QIE);
  }

  /** Interrupt remapping comes before DMA remapping. */
  void remapInterrupts(Batch batch) {
    if (!shape.config().capabilities().interruptRemapping()) {
      return;
    }
    boolean extended = shape.config().capabilities().extendedInterrupts();
    batch.write(IRTA, 8, INTERRUPT_TABLE | REMAPPING_SIZE | (extended ? EXTENDED_INTERRUPTS : 0));
    once(batch, SIRTP);
    ring.submit(batch, new Descriptor.InterruptEntryCache(true, 0, 0));
    command(batch, IRE);
  }

  /** The root pointer; its caches are the unit's own matter, for CAP.ESRTPS is set. */
  void setRoot(Batch batch) {
    if (shape.scalable()) {
      batch.store(ROOT, CONTEXTS | 1, CONTEXTS + 0x1000 | 1);
    } else {
      batch.store(ROOT, CONTEXTS | 1, 0);
    }
    batch.write(RTADDR, 8, ROOT | (shape.scalable() ? SCALABLE_ROOT : 0));
    once(batch, SRTP);
  }

  /** Page requests and faults tell the processor; what is recorded already is read away. */
  void listen(Batch batch) {
    if (shape.usesPageRequests()) {
      batch.write(PQH, 8, 0);
      batch.write(PQT, 8, 0);
      batch.write(PQA, 8, REQUESTS | QUEUE_SIZE);
      batch.write(PEDATA, 4, 0x4022);
      batch.write(PEADDR, 4, EVENTS);
      batch.write(PECTL, 4, 0);
    }
    batch.write(FEDATA, 4, 0x4021);
    batch.write(FEADDR, 4, EVENTS);
    batch.write(FEUADDR, 4, 0);
    batch.write(FECTL, 4, 0);
    batch.poll(FSTS, 4, 0xFF, 0);
  }

  void translate(Batch batch) {
    command(batch, TE);
  }

  /** Sets a bit that stays; all others that are set are repeated. */
  private void command(Batch batch, long bit) {
    command |= bit;
    batch.write(GCMD, 4, command);
    batch.poll(GSTS, 4, bit, bit);
  }

  private void once(Batch batch, long bit) {
    batch.write(GCMD, 4, command | bit);
    batch.poll(GSTS, 4, bit, bit);
  }

  // ---- devices -----------------------------------------------------------------------------

  /** A function that answers device-TLB invalidations at once is there, and in its domain. */
  Function add(Batch batch, int source) {
    batch.add(new Operation.AttachFunction(source, true));
    return probe(batch, source);
  }

  /** The driver takes a function that is there. */
  Function probe(Batch batch, int source) {
    var function = new Function(this, source, takeDomain());
    functions.add(function);
    function.probe(batch);
    function.attachDomain(batch);
    return function;
  }

  /** Domains of its PASIDs and its own are gone, then its context entry. */
  void release(Batch batch, Function function) {
    function.release(batch);
    functions.remove(function);
  }

  /** A function that {@link #add} made, with all that is owed for it. */
  void remove(Batch batch, Function function) {
    release(batch, function);
    batch.add(new Operation.DetachFunction(function.source));
  }

  long contextAddress(int source) {
    int devfn = source & 0xFF;
    return shape.scalable()
        ? CONTEXTS + (devfn >> 7) * 0x1000L + (devfn & 0x7F) * 32L
        : CONTEXTS + devfn * 16L;
  }

  // ---- shutting down -----------------------------------------------------------------------

  /** As before a suspend: caches are emptied, translation and the queue switched off. */
  void shutDown(Batch batch) {
    ring.submit(batch, Flushes.contextsGlobal());
    if (shape.scalable()) {
      ring.submit(batch, Flushes.pasidCacheGlobal());
    }
    ring.submit(batch, Flushes.iotlbGlobal());
    for (long bit : new long[] {TE, IRE, QIE}) {
      command &= ~bit;
      batch.claim(Claim.newBuilder().setEmptied(Emptied.getDefaultInstance()));
      batch.write(GCMD, 4, command);
      batch.poll(GSTS, 4, bit, 0);
    }
    batch.poll(FSTS, 4, 0xFF, 0);
  }
}
