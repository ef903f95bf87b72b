package dev.iommufleet.simulation;

import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.spec.DescriptorText;
import dev.iommufleet.hardware.vtd.spec.DescriptorText.StatusSlot;
import dev.iommufleet.hardware.vtd.spec.PageRequestDescriptor;
import dev.iommufleet.simulation.Scenario.DeviceSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The guest's software: what each of its steps does to the IOMMU and to guest memory. */
final class Guest {
  static final int GCMD = 0x18;
  static final int GSTS = 0x1C;
  static final int CCMD_HIGH = 0x2C;
  static final int FSTS = 0x34;
  static final int IQT = 0x88;
  static final int PQH = 0xC0;
  static final int PQT = 0xC8;
  static final int PRS = 0xDC;
  static final int IOTLB_HIGH = 0xFC;

  /** IQE, ICE and ITE. */
  static final int QUEUE_ERRORS = 7 << 4;

  private static final int FECTL = 0x38;
  private static final int IQA = 0x90;
  private static final int RTADDR = 0x20;
  private static final int PQA = 0xD0;
  private static final int PECTL = 0xE0;
  private static final int PEDATA = 0xE4;
  private static final int PEADDR = 0xE8;
  private static final int TE = 1 << 31;
  private static final int SRTP = 1 << 30;
  private static final int QIE = 1 << 26;
  private static final long SCALABLE_ROOT = 1 << 10;
  private static final long WIDE = 1 << 11;
  private static final long PRESENT = 1;
  private static final long TABLE = 7; // present, write, user

  /** Present, DTE, PASIDE, PRE. */
  private static final long CONTEXT = 0x1D;

  private final Iommu iommu;
  private final Transitions transitions;
  private final FactSink sink;

  Guest(Iommu iommu, Transitions transitions, FactSink sink) {
    this.iommu = iommu;
    this.transitions = transitions;
    this.sink = sink;
  }

  // ---- boot ----

  /** Root table, contexts, page tables of {@code spaces} address spaces, queues, translation. */
  void boot(List<DeviceSpec> devices, int spaces) {
    store(Layout.ROOT, Layout.CONTEXTS | PRESENT);
    store(Layout.ROOT + 8, Layout.CONTEXTS + 0x1000 | PRESENT);
    for (int i = 0; i < devices.size(); i++) {
      store(Layout.context(devices.get(i).sourceId()), Layout.directory(i) | CONTEXT);
      store(Layout.directory(i), Layout.pasidEntry(i, 0) | PRESENT);
    }
    for (int space = 0; space < spaces; space++) {
      long table = Layout.pageTable(space);
      for (int level = 0; level < 3; level++) {
        store(table + level * 0x1000L, table + (level + 1) * 0x1000L | TABLE);
      }
    }
    write(FECTL, 4, 0);
    write(PEDATA, 4, 0x52);
    write(PEADDR, 4, 0xFEE0_2000L);
    write(PECTL, 4, 0);
    write(PQA, 8, Layout.REQUESTS);
    write(IQA, 8, Layout.QUEUE | WIDE);
    write(RTADDR, 8, Layout.ROOT | SCALABLE_ROOT);
    write(GCMD, 4, QIE & 0xFFFF_FFFFL);
    write(GCMD, 4, (QIE | SRTP) & 0xFFFF_FFFFL);
    write(GCMD, 4, (QIE | TE) & 0xFFFF_FFFFL);
  }

  // ---- steps ----

  /** Whether software can make this step now, or still polls. */
  boolean ready(Step.Guest step) {
    return switch (step) {
      case Step.Await s ->
          word(Layout.status(s.number())) == s.number()
              || s.orError() && (register(FSTS) & QUEUE_ERRORS) != 0;
      case Step.AwaitCommand _ ->
          (register(CCMD_HIGH) | register(IOTLB_HIGH)) >= 0 && !iommu.commandsDue();
      case Step.Serve s -> s.ifAny() || register(PQH) != register(PQT);
      default -> true;
    };
  }

  void run(Step.Guest step, Scenario scenario) {
    switch (step) {
      case Step.Entry s -> entry(s);
      case Step.Context s -> {
        long context = Layout.context(scenario.devices().get(s.device()).sourceId());
        store(context, s.directoryOf() < 0 ? 0 : Layout.directory(s.directoryOf()) | CONTEXT);
      }
      case Step.Leaf s -> {
        long rights = s.writable() ? TABLE : TABLE & ~2;
        store(Layout.leaf(s.space(), s.page()), s.target() == 0 ? 0 : frame(s.target()) | rights);
      }
      case Step.Submit s -> submit(s);
      case Step.Await _, Step.AwaitCommand _ -> {}
      case Step.Command s -> command(s);
      case Step.Reset _ -> execute(new Operation.Reset());
      case Step.Serve s -> {
        if (register(PQH) != register(PQT)) {
          serve(s.code(), s.map());
        }
      }
      case Step.ServeAll s -> {
        while (register(PQH) != register(PQT)) {
          serve(s.code(), true);
        }
      }
      case Step.MoveRequestHead s -> write(PQH, 8, s.head());
      case Step.ClearRequestStatus s -> write(PRS, 4, s.bits());
      case Step.ClearFaultStatus s -> write(FSTS, 4, s.bits());
      case Step.Expire s ->
          execute(new Operation.ExpireInvalidations(scenario.devices().get(s.device()).sourceId()));
    }
  }

  private void entry(Step.Entry s) {
    long at = Layout.pasidEntry(s.device(), s.pasid());
    if (s.type() == 0) {
      store(at, 0);
      return;
    }
    store(at + 8, s.domain());
    store(at + 16, s.type() == 1 ? Layout.pageTable(s.space()) : 0);
    store(at, (long) s.type() << 6 | 2 << 2 | PRESENT); // AW 2: 48 bits
  }

  private void submit(Step.Submit s) {
    long tail = register(IQT) & 0x7FFFFL;
    var slot = new StatusSlot(s.number(), Layout.status(s.number()));
    for (String text : s.descriptors().split(";")) {
      tail = put(tail, text, slot);
    }
    write(IQT, 8, tail);
  }

  private long put(long tail, String text, StatusSlot slot) {
    long[] words = DescriptorText.parse(text, slot).words();
    for (int i = 0; i < words.length; i++) {
      store(Layout.QUEUE + tail + i * 8L, words[i]);
    }
    return (tail + Layout.DESCRIPTOR_BYTES)
        % ((long) Layout.QUEUE_ENTRIES * Layout.DESCRIPTOR_BYTES);
  }

  private void command(Step.Command s) {
    int command = (s.queue() ? QIE : 0) | (s.translation() ? TE : 0) | (s.setRoot() ? SRTP : 0);
    write(GCMD, 4, command & 0xFFFF_FFFFL);
  }

  private void serve(int code, boolean maps) {
    long head = register(PQH);
    long low = quad(Layout.REQUESTS + head);
    long high = quad(Layout.REQUESTS + head + 8);
    write(PRS, 4, 1);
    if (maps && low != 0) {
      map(low, high);
    }
    write(PQH, 8, (head + PageRequestDescriptor.BYTES) % Layout.REQUEST_BYTES);
    boolean last = (high & 4) != 0;
    boolean marker = last && (high & 3) == 0;
    if (last && !marker) {
      int sourceId = (int) (low >>> 16) & 0xFFFF;
      long tail = register(IQT) & 0x7FFFFL;
      String function = "%02x:%02x.%d".formatted(sourceId >> 8, sourceId >> 3 & 0x1F, sourceId & 7);
      String text =
          "pgresp %s prgi=%d pasid=%d code=%d"
              .formatted(function, high >>> 3 & 0x1FF, low >>> 32 & 0xFFFFF, code);
      write(IQT, 8, put(tail, text, new StatusSlot(0, Layout.STATUS)));
    }
  }

  /** The page becomes present, as a page-fault handler makes it. */
  private void map(long low, long high) {
    int sourceId = (int) (low >>> 16) & 0xFFFF;
    int pasid = (int) (low >>> 32) & 0xFFFFF;
    long directory = quad(Layout.context(sourceId)) & -0x1000L;
    long table = quad(directory) & -0x1000L;
    long top = quad(table + pasid * 64L + 16) & -0x1000L;
    int page = (int) (high >>> 12) & 511;
    store(top + 0x3000 + page * 8L, frame(0x200 + page) | TABLE);
  }

  // ---- the machine ----

  static long frame(int target) {
    return (long) target << 12;
  }

  int register(int offset) {
    return iommu.view().register(offset);
  }

  int word(long address) {
    return (int) quad(address);
  }

  long quad(long address) {
    return ByteBuffer.wrap(iommu.view().memory(address, 8))
        .order(ByteOrder.LITTLE_ENDIAN)
        .getLong();
  }

  private void store(long address, long value) {
    byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    execute(new Operation.WriteMemory(address, bytes));
  }

  private void write(int offset, int size, long value) {
    execute(new Operation.WriteRegister(offset, size, value));
  }

  private void execute(Operation operation) {
    transitions.queue(iommu, operation);
    iommu.execute(operation, sink);
  }
}
