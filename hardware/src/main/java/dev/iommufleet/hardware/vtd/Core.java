package dev.iommufleet.hardware.vtd;

import static dev.iommufleet.hardware.vtd.Latch.SCALABLE_MODE;
import static dev.iommufleet.hardware.vtd.Latch.TRANSLATION_ENABLED;

import dev.iommufleet.hardware.memory.GuestMemory;
import dev.iommufleet.hardware.vtd.spec.DescriptorType;

/** The state that all parts of the unit share, and the sink of the operation that runs now. */
final class Core {
  /** Where the register page lies; the unit refuses its own accesses to it. */
  static final long REGISTER_PAGE = 0xFED9_0000L;

  private static final long WINDOW_FIRST = 0xFEE0_0000L;
  private static final long WINDOW_LAST = 0xFEEF_FFFFL;

  final IommuConfig config;
  final Capabilities capabilities;
  final GuestMemory memory;
  final Registers registers;
  final Latches latches;
  final AddressSpaces spaces = new AddressSpaces();
  final Functions functions = new Functions();
  final Devices devices = new Devices();
  final Iotlb iotlb;

  /** All bits that an address of the guest may have. */
  final long addressMask;

  /** How many of each type this object has run; no state: nothing depends on it. */
  final int[] descriptors = new int[DescriptorType.values().length];

  private final long quirks;
  private FactSink sink = FactSink.NONE;
  private boolean tracing;
  private int tableReads;

  Core(IommuConfig config) {
    this.config = config;
    this.capabilities = config.capabilities();
    this.memory = new GuestMemory(config.limits().memoryPages());
    this.registers = new Registers(new RegisterMasks(config));
    this.latches = new Latches();
    this.iotlb = iotlb(config);
    this.addressMask = (1L << capabilities.addressWidth()) - 1;
    long bits = 0;
    for (Quirk quirk : config.quirks()) {
      bits |= 1L << quirk.ordinal();
    }
    this.quirks = bits;
  }

  /** The same registers, latches and memory; spaces, functions, devices and caches are empty. */
  Core(Core other) {
    config = other.config;
    capabilities = other.capabilities;
    memory = other.memory.copy();
    registers = new Registers(other.registers);
    latches = new Latches(other.latches);
    iotlb = iotlb(config);
    addressMask = other.addressMask;
    quirks = other.quirks;
  }

  private static Iotlb iotlb(IommuConfig config) {
    return new Iotlb(config.limits().iotlbEntries(), config.has(Quirk.IOTLB_EMPTIED_WHEN_FULL));
  }

  boolean has(Quirk quirk) {
    return (quirks & 1L << quirk.ordinal()) != 0;
  }

  boolean scalable() {
    return latches.is(SCALABLE_MODE);
  }

  boolean translating() {
    return latches.is(TRANSLATION_ENABLED);
  }

  /** This profile ends an operation only when the devices have done what it asked of them. */
  boolean waitsForDevices() {
    return config.profile() == Profile.QEMU_11_1;
  }

  // ---- facts ----

  void begin(FactSink operationSink) {
    sink = operationSink;
    tracing = operationSink.wantsTraces();
    tableReads = 0;
  }

  /** A sink may hold a whole request; nothing of it is kept while nothing runs. */
  void end() {
    sink = FactSink.NONE;
  }

  void emit(Fact fact) {
    sink.accept(fact);
  }

  boolean tracing() {
    return tracing;
  }

  /** Reports what the operation (or the part of it that ends here) changed of the registers. */
  void flush() {
    registers.flush(sink);
    latches.flush(sink);
  }

  // ---- guest memory as the unit sees it ----

  /** Whether the unit can read there. Counts as one table read. */
  boolean readable(long address, int length) {
    tableReads++;
    return memory.readable(address, length) && !overlapsRegisterPage(address, length);
  }

  /** Table reads of the operation that runs now. */
  int tableReads() {
    return tableReads;
  }

  /**
   * Writes guest memory for the unit and reports it. A write to the interrupt window arrives there
   * and leaves no bytes behind.
   */
  boolean write(Fact.WriteKind kind, long address, byte[] bytes) {
    boolean done =
        isWindow(address)
            || (!overlapsRegisterPage(address, bytes.length) && store(address, bytes));
    emit(new Fact.MemoryWritten(kind, address, bytes, !done));
    return done;
  }

  boolean store(long address, byte[] bytes) {
    return memory.write(address, bytes, 0, bytes.length);
  }

  static boolean overlapsRegisterPage(long address, int length) {
    return Long.compareUnsigned(address, REGISTER_PAGE + 0x1000) < 0
        && Long.compareUnsigned(address + length, REGISTER_PAGE) > 0;
  }

  /** Whether the address lies in FEE00000–FEEFFFFF. [STR-10.1] */
  static boolean isWindow(long address) {
    return address >= WINDOW_FIRST && address <= WINDOW_LAST;
  }

  /** Whether {@code [address, address + size)} meets FEE00000–FEEFFFFF. */
  static boolean meetsWindow(long address, long size) {
    return address <= WINDOW_LAST && address + size - 1 >= WINDOW_FIRST;
  }
}
