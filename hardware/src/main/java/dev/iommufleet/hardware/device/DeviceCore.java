package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.device.DeviceFact.DropScope;
import dev.iommufleet.hardware.link.Report;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The state of a device, and the one way in which it changes: by facts. */
final class DeviceCore {
  /** Ids in the device's own kernel. */
  static final int DEVICE = 1;

  static final int DEFAULT_OBJECT = 10;

  final DeviceConfig config;
  final Link link = new Link();
  final PciState pci;
  final Iommufd kernel = new Iommufd();
  final HostBindings bindings = new HostBindings(new Calls(), DEVICE, DEFAULT_OBJECT);
  final TakenFaults taken = new TakenFaults();
  final PageGroups groups = new PageGroups();
  final Dmas dmas = new Dmas();
  final TranslationCache cache = new TranslationCache();
  final DelayedAnswers delayed = new DelayedAnswers();
  final Orders orders = new Orders();

  private static final DeviceSink NOBODY = _ -> {};

  /** Id of the last command that voids what was asked before it. Soft. */
  long generation;

  private final DeviceFactApplier applier = new DeviceFactApplier(this);
  private final long emptyKernel = kernel.hash();
  private DeviceSink sink = NOBODY;
  private Consumer<List<FaultRules.Answered>> listener = _ -> {};

  DeviceCore(DeviceConfig config) {
    this.config = config;
    pci = new PciState(config.pci());
    bindings.state().watch(new BindingFacts(this));
  }

  /** {@code newListener} is told what the kernel answers to the function. */
  void listen(Consumer<List<FaultRules.Answered>> newListener) {
    listener = newListener;
  }

  void begin(DeviceSink newSink) {
    sink = newSink;
  }

  /** A sink may hold a whole request; nothing of it is kept while nothing runs. */
  void end() {
    sink = NOBODY;
  }

  void apply(DeviceFact fact) {
    applier.apply(fact);
  }

  /** Makes a fact true and tells it. */
  void record(DeviceFact fact) {
    applier.apply(fact);
    sink.accept(fact);
  }

  /** Tells what is true already. */
  void tell(DeviceFact fact) {
    sink.accept(fact);
  }

  /** Tells the IOMMU of the attachment that there is. */
  void report(Report report) {
    var target = link.target();
    tell(new DeviceFact.Reported(target.iommu(), target.sourceId(), link.epoch(), report));
  }

  long stateHash() {
    return link.hash()
        + pci.hash()
        + kernel.hash()
        - emptyKernel
        + bindings.state().hash()
        + taken.hash()
        + groups.hash()
        + dmas.hash()
        + orders.hash();
  }

  long softHash() {
    return cache.hash() + delayed.hash() + generation;
  }

  // ---- host ---------------------------------------------------------------------------------

  /** The flags that a device's default object has: nesting parent, and PASIDs if it has any. */
  int defaultFlags() {
    return HostObject.NEST_PARENT | (config.host().pasidWidth() > 0 ? HostObject.PASID_USE : 0);
  }

  /** The device and its siblings, as the kernel numbers them. */
  List<Integer> functions() {
    return IntStream.rangeClosed(DEVICE, DEVICE + config.siblings()).boxed().toList();
  }

  /** Calls of the device's own user space. */
  private final class Calls implements Host {
    @Override
    public Reply call(HostCall call) {
      return DeviceCore.this.call(call);
    }

    @Override
    public boolean isShared(int object) {
      return functions().stream()
          .filter(id -> id != DEVICE)
          .anyMatch(id -> kernel.attachments(id).containsValue(object));
    }
  }

  Host.Reply call(HostCall call) {
    Host.Reply reply = kernel.decide(call);
    List<FaultRules.Answered> answers = reply.ok() ? kernel.faultRules().answers(call) : List.of();
    if (call instanceof HostCall.Invalidate invalidate) {
      invalidated(invalidate, reply);
    } else {
      record(new DeviceFact.HostCalled(call, reply.errno(), reply.value()));
    }
    if (reply.ok()) {
      voidTranslations(call, reply);
    }
    if (!answers.isEmpty()) {
      listener.accept(answers);
    }
    return reply;
  }

  /** Lasts only in that an armed failure comes nearer. */
  private void invalidated(HostCall.Invalidate call, Host.Reply reply) {
    var armed = kernel.armed().get(HostCall.Kind.INVALIDATE);
    if (armed != null) {
      int n = armed.n() - 1;
      record(new DeviceFact.HostFailureArmed(HostCall.Kind.INVALIDATE, n, armed.errno()));
    }
    tell(new DeviceFact.HostInvalidated(call, reply.errno(), reply.value()));
  }

  /** The host's IOTLB forgets what the kernel flushes. [HOST-8.4] */
  private void voidTranslations(HostCall call, Host.Reply reply) {
    switch (call) {
      case HostCall.Attach c -> drop(DropScope.PASID, c.pasid(), 0, 0);
      case HostCall.Detach c -> drop(DropScope.PASID, c.pasid(), 0, 0);
      case HostCall.Invalidate c -> {
        if (reply.value() > 0) {
          voidObject(c);
        }
      }
      case HostCall.Allocate _,
          HostCall.AllocatePaging _,
          HostCall.AllocateQueue _,
          HostCall.Free _,
          HostCall.ReadFaults _,
          HostCall.WriteFaults _ -> {}
    }
  }

  private void voidObject(HostCall.Invalidate call) {
    kernel
        .attachments(DEVICE)
        .forEach(
            (pasid, object) -> {
              if (object == call.object()) {
                drop(DropScope.PASID, pasid, call.address(), bytes(call.pages()));
              }
            });
  }

  /** 0: everything. */
  static long bytes(long pages) {
    return pages == HostCall.ALL_PAGES || pages >>> 52 != 0 ? 0 : pages << 12;
  }

  // ---- cache --------------------------------------------------------------------------------

  /** The key of a PASID in bindings and translations: at the host none is the RID. */
  int key(int pasid) {
    return config.passthrough() && pasid == Report.NO_PASID ? HostCall.RID : pasid;
  }

  void drop(DropScope scope, int pasid, long address, long size) {
    int removed = cache.selected(scope, pasid, address, size);
    if (removed > 0) {
      record(new DeviceFact.TranslationsDropped(scope, pasid, address, size, removed));
    }
  }

  /** What was asked before this command is not to be kept. */
  void seen(long id) {
    if (id > generation) {
      record(new DeviceFact.GenerationSeen(id));
    }
  }

  /** Answers that wait for nothing any more go. */
  void freeAnswers() {
    for (Report answer : delayed.ready(groups)) {
      record(new DeviceFact.AnswerFreed(DelayedAnswers.id(answer)));
      report(answer);
    }
  }

  void dropSoftState() {
    cache.drop(DropScope.EVERYTHING, 0, 0, 0);
    delayed.clear();
    generation = 0;
  }
}
