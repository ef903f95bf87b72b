package dev.iommufleet.hardware.vtd;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * One emulated VT-d IOMMU with the guest memory that its tables live in. Not thread-safe; a
 * deterministic function of its configuration and of what {@link #execute} and {@link #apply} were
 * given, in order.
 */
public final class Iommu {
  private final Core core;
  private final NestedPort nested;
  private final Listeners listeners;
  private final Selector selector;
  private final Translator translator;
  private final InterruptRemapper remapper;
  private final InterruptWindow window;
  private final Invalidator invalidator;
  private final DescriptorRunner runner;
  private final InvalidationQueue queue;
  private final RegisterPort registers;
  private final PageRequests pageRequests;
  private final DevicePort devices;
  private final StateLoader loader;
  private final AtsPort ats;
  private final DmaPort dma;
  private final FactApplier applier;

  /**
   * Power-on state.
   *
   * @throws IllegalArgumentException if the configuration has conflicts
   */
  public Iommu(IommuConfig config) {
    this(checked(config));
  }

  private static Core checked(IommuConfig config) {
    if (!config.conflicts().isEmpty()) {
      throw new IllegalArgumentException("conflicts: " + config.conflicts());
    }
    return new Core(config);
  }

  private Iommu(Core core) {
    this.core = core;
    var tables = new Tables(core);
    var walker = new Walker(core);
    nested = new NestedPort(walker);
    var faults = new FaultLog(core);
    var bindings = new Bindings(core, tables);
    selector = new Selector(core, tables, bindings);
    listeners = new Listeners(core, tables, walker);
    translator = new Translator(core, tables, walker, selector, faults);
    remapper = new InterruptRemapper(core, faults);
    window = new InterruptWindow(core, tables, faults);
    var pasidCache = new PasidCache(core, tables, selector, listeners);
    invalidator = new Invalidator(core, selector, listeners, pasidCache, bindings);
    runner = new DescriptorRunner(core, invalidator, bindings, listeners, faults);
    queue = new InvalidationQueue(core, faults, runner);
    loader = new StateLoader(core, selector, invalidator);
    var commands = new Commands(core, invalidator, queue);
    registers = new RegisterPort(core, commands, queue, runner, faults);
    pageRequests = new PageRequests(core, tables, selector, invalidator, bindings, faults);
    devices = new DevicePort(core, bindings, runner, queue);
    dma = new DmaPort(core, selector, translator, remapper, window);
    ats = new AtsPort(core, selector, translator, window);
    applier = new FactApplier(core);
  }

  /** An IOMMU in the same state, caches included, that goes its own way from here. */
  public Iommu fork() {
    var fork = new Iommu(new Core(core));
    var description = new Description(core);
    description.attached(fork::apply);
    description.soft(fork::apply);
    return fork;
  }

  public IommuConfig config() {
    return core.config;
  }

  /** What can be read of the state without changing it. */
  public IommuView view() {
    return new IommuView(core);
  }

  /** Why these operations cannot be executed as one request; empty: they can. */
  public Optional<Refusal> refusal(List<Operation> operations) {
    return new Admission(core).refusal(operations);
  }

  /** Runs one operation to its end; the facts go to {@code sink} as they come true. */
  public Reply execute(Operation operation, FactSink sink) {
    core.begin(sink);
    Reply reply = run(operation);
    core.flush();
    core.end();
    return reply;
  }

  private Reply run(Operation operation) {
    return switch (operation) {
      case Operation.Translate o -> translator.translate(o);
      case Operation.ReadRegister o -> registers.read(o.offset(), o.size());
      case Operation.WriteRegister o -> registers.write(o.offset(), o.size(), o.value());
      case Operation.ReadMemory o -> readMemory(o);
      case Operation.WriteMemory o -> writeMemory(o);
      case Operation.SetMemoryRange o -> setRange(o);
      case Operation.Dma o -> dma.dma(o);
      case Operation.RemapInterrupt o -> remapper.remap(o);
      case Operation.AccessInterruptWindow o -> refuse(o);
      case Operation.AtsTranslate o -> ats.translate(o);
      case Operation.RequestPage o -> new Reply.PageRequestAnswer(pageRequests.request(o));
      case Operation.AddAddressSpace o -> addSpace(o);
      case Operation.AddNotifier o -> new Reply.NotifierAdded(addNotifier(o));
      case Operation.AddPageResponseListener o -> addResponseListener(o);
      case Operation.ReplayMappings o -> replay(o);
      case Operation.AttachFunction o -> attach(o);
      case Operation.DetachFunction o -> detach(o);
      case Operation.CompleteInvalidation o -> complete(o);
      case Operation.ExpireInvalidations o -> expire(o);
      case Operation.AttachDevice o -> devices.attach(o);
      case Operation.DetachDevice o -> devices.detach(o);
      case Operation.DeviceLost o -> devices.lost(o);
      case Operation.AnswerCommand o -> devices.answer(o);
      case Operation.WalkNested o -> nested.walk(o);
      case Operation.DevicePageRequest o -> requestPage(o);
      case Operation.LoadState o -> loader.load(o);
      case Operation.Continue _ -> goOn();
      case Operation.Reset _ -> reset();
    };
  }

  private static Reply.Done ok() {
    return new Reply.Done(BusStatus.OK);
  }

  // ---- guest memory ----

  private Reply readMemory(Operation.ReadMemory o) {
    byte[] bytes = new byte[o.length()];
    boolean ok = core.memory.read(o.address(), bytes, 0, o.length());
    return new Reply.MemoryBytes(
        ok ? BusStatus.OK : BusStatus.DECODE_ERROR, ok ? bytes : new byte[0]);
  }

  private Reply writeMemory(Operation.WriteMemory o) {
    if (!core.store(o.address(), o.data())) {
      return new Reply.Done(BusStatus.DECODE_ERROR);
    }
    core.emit(new Fact.PayloadWritten(o.address(), o.data()));
    return ok();
  }

  private Reply setRange(Operation.SetMemoryRange o) {
    core.memory.setRange(o.address(), o.length(), o.kind());
    core.emit(new Fact.MemoryRangeSet(o.address(), o.length(), o.kind()));
    return ok();
  }

  // ---- functions and listeners ----

  private Reply refuse(Operation.AccessInterruptWindow o) {
    window.refuse(o);
    return new Reply.Done(BusStatus.ERROR);
  }

  private Reply addSpace(Operation.AddAddressSpace o) {
    selector.space(o.sourceId(), Translator.key(o.pasid()));
    return ok();
  }

  /** Mapping listeners need caching mode and no snoop control; device-TLB ones a device TLB. */
  private Reply.Status addNotifier(Operation.AddNotifier o) {
    var capabilities = core.capabilities;
    boolean deviceTlbMissing =
        (o.flags() & Notifiers.DEVICE_TLB_UNMAP) != 0 && !capabilities.deviceTlb();
    boolean cachingModeMissing = (o.flags() & Notifiers.MAP) != 0 && !capabilities.cachingMode();
    if (capabilities.snoopControl() || cachingModeMissing || deviceTlbMissing) {
      return Reply.Status.NOT_SUPPORTED;
    }
    selector.space(o.sourceId(), Translator.key(o.pasid())).addNotifier(o.flags());
    core.emit(new Fact.NotifierRegistered(o.sourceId(), Translator.key(o.pasid()), o.flags()));
    return Reply.Status.OK;
  }

  private Reply addResponseListener(Operation.AddPageResponseListener o) {
    int pasid = Translator.key(o.pasid());
    AddressSpace space = selector.space(o.sourceId(), pasid);
    if (!space.hasResponseListener()) {
      space.addResponseListener();
      core.emit(new Fact.PageResponseListenerRegistered(o.sourceId(), pasid));
    }
    return ok();
  }

  private Reply replay(Operation.ReplayMappings o) {
    listeners.replay(selector.space(o.sourceId(), Translator.key(o.pasid())));
    return ok();
  }

  private Reply attach(Operation.AttachFunction o) {
    core.functions.attach(o.sourceId(), o.answersAtOnce());
    core.emit(new Fact.FunctionAttached(o.sourceId(), o.answersAtOnce()));
    return ok();
  }

  private Reply detach(Operation.DetachFunction o) {
    if (core.functions.isAttached(o.sourceId()) || core.spaces.find(o.sourceId(), 0) != null) {
      runner.endAll(o.sourceId(), true);
      core.functions.detach(o.sourceId());
      core.emit(new Fact.FunctionDetached(o.sourceId()));
      queue.advance();
    }
    return ok();
  }

  /** A repeated or misplaced one is answered again by what was sent before. */
  private Reply requestPage(Operation.DevicePageRequest o) {
    if (!devices.takes(o)) {
      return new Reply.PageRequestAnswer(Reply.Status.INVALID);
    }
    Reply.Status status = pageRequests.request(o.request());
    devices.pageRequestAnswered(o, status);
    return new Reply.PageRequestAnswer(status);
  }

  private Reply complete(Operation.CompleteInvalidation o) {
    runner.completed(o.sourceId(), o.itagVector());
    queue.advance();
    return ok();
  }

  private Reply expire(Operation.ExpireInvalidations o) {
    runner.timeOut(o.sourceId());
    queue.advance();
    return ok();
  }

  private Reply goOn() {
    queue.run();
    return ok();
  }

  private Reply reset() {
    queue.reset();
    core.registers.reset();
    core.latches.reset();
    invalidator.startOver();
    return ok();
  }

  // ---- queue, facts, hashes ----

  /** How far the invalidation queue came. */
  public QueueProgress progress() {
    return queue.progress();
  }

  /** Makes a {@link Fact.Lasting} or {@link Fact.Soft} fact true; others change nothing. */
  public void apply(Fact fact) {
    applier.apply(fact);
  }

  /** Lasting facts that turn a new IOMMU of the same configuration into this one. */
  public void describe(Consumer<Fact> sink) {
    new Description(core).lasting(sink::accept);
  }

  /** Soft facts that fill the caches of an IOMMU whose caches are empty. */
  public void describeSoft(Consumer<Fact> sink) {
    new Description(core).soft(sink::accept);
  }

  /** Empties every cache that hardware may drop at any moment. */
  public void dropSoftState() {
    core.iotlb.invalidateAll();
    core.spaces.dropContexts();
    core.devices.forgetAcknowledged();
  }

  /** Hash of everything that lasts; kept up to date, so asking is cheap. */
  public long stateHash() {
    return core.registers.hash()
        + core.latches.hash()
        + core.memory.hash()
        + core.spaces.hash()
        + core.functions.hash()
        + core.devices.hash();
  }

  /** Hash of the caches. */
  public long softHash() {
    return core.iotlb.hash() + core.spaces.contextHash() + core.devices.softHash();
  }

  // ---- looking from outside; nothing here changes anything ----------------------------------

  /** Head equals tail and nothing waits for an answer of a function. */
  public boolean queueIdle() {
    boolean drained =
        core.latches.get(Latch.QUEUE_HEAD) == core.latches.get(Latch.QUEUE_TAIL)
            && core.functions.pendingWait() == null;
    return drained && !core.functions.isAnyOpen() && !core.devices.isAnyOpen();
  }

  /** Status bits of TE, SRTP, ICC or IVT are due when the devices have answered. */
  public boolean commandsDue() {
    return core.latches.is(Latch.COMPLETIONS_DUE);
  }

  /** A descriptor is open until a function has answered. */
  public boolean queueParked() {
    return progress() == QueueProgress.PARKED;
  }

  /**
   * The operations behind the one that ran wait: queue work is left for a next turn, or the queue
   * is parked and this profile completes a tail write before its request goes on.
   */
  public boolean holdsRequestsBack() {
    return switch (progress()) {
      case IDLE -> false;
      case MORE -> true;
      case PARKED -> core.config.profile() == Profile.QEMU_11_1;
    };
  }

  /** Ascending. Functions that have not answered; empty: the queue is not parked. */
  public int[] parkedOn() {
    if (!queueParked()) {
      return new int[0];
    }
    var owing = new TreeSet<>(core.devices.owing());
    for (int sourceId : core.functions.owing()) {
      owing.add(sourceId);
    }
    return owing.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Index in the queue of the descriptor that is open; -1: the queue is not parked. */
  public int parkedPosition() {
    var wait = core.functions.pendingWait();
    if (wait != null) {
      return wait.position();
    }
    return queueParked() ? (int) core.latches.get(Latch.QUEUE_HEAD) : -1;
  }

  public int pasidCacheEntries() {
    return view().pasidCacheEntries();
  }

  /** Functions and devices, each source id once. */
  public int attachedDevices() {
    return view().attachedDevices();
  }

  /** 4 KiB pages of guest memory that hold data. */
  public int memoryPages() {
    return core.memory.pages();
  }

  /** The raw register page from offset 0, little endian. */
  public byte[] registerPage() {
    byte[] page = new byte[Registers.BYTES];
    for (int offset = 0; offset < page.length; offset += 4) {
      System.arraycopy(LittleEndian.bytes(core.registers.get(offset)), 0, page, offset, 4);
    }
    return page;
  }

  public long latch(Latch latch) {
    return core.latches.get(latch);
  }

  /** FSTS, 32 bits. */
  public int faultStatus() {
    return core.registers.get(Registers.FSTS);
  }

  /** Fault records with F set, ascending by index; outcome RECORDED, high with F. */
  public List<Fact.FaultRecorded> faultRecords() {
    long high = core.registers.getQuad(Registers.FRCD + 8);
    long low = core.registers.getQuad(Registers.FRCD);
    return high < 0
        ? List.of(new Fact.FaultRecorded(Fact.RecordOutcome.RECORDED, 0, high, low))
        : List.of();
  }
}
