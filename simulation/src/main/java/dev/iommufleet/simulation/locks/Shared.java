package dev.iommufleet.simulation.locks;

import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.simulation.Scenario;
import dev.iommufleet.simulation.Scenario.ThreadSpec;
import dev.iommufleet.simulation.Step;
import dev.iommufleet.simulation.locks.Program.Thing;
import java.util.ArrayList;
import java.util.List;

/**
 * What the threads of a scenario share: numbers of locks, objects and cells. Address spaces, PASIDs
 * and pages are those of the scenario.
 */
final class Shared {
  static final int PASIDS = 4;
  private static final int SPACES = 3;

  /** A page request that a step of the scenario makes. */
  record Request(int device, int pasid, int page) {}

  final Scenario scenario;
  final List<Thing> locks = new ArrayList<>();
  final List<Thing> objects = new ArrayList<>();
  final List<Request> requests = new ArrayList<>();
  private final List<Integer> pages = new ArrayList<>();
  private final int devices;
  private int cells;

  // Objects.
  final int hosts;
  final int notifiers;
  private final int bindings;
  private final int states;
  private final int tlbs;
  private final int translations;

  // Cells. An entry, a binding and a mapping is the number of the step that made it; 0: none.
  final int translating;
  final int head;
  final int tail;
  final int status;
  private final int perDevice;
  private final int entries;
  private final int bound;
  private final int mappings;
  private final int cached;
  private final int waits;
  private final int perRequest;
  private final int slots;
  private final int registers;

  Shared(Scenario scenario) {
    this.scenario = scenario;
    devices = scenario.devices().size();
    scan(scenario.setup());
    scenario.threads().stream().map(ThreadSpec::steps).forEach(this::scan);
    int threads = scenario.threads().size() + 2;
    hosts = object("the table of host devices");
    notifiers = object("the list of notifiers");
    bindings = objects("the bindings of %s");
    states = objects("the state of %s");
    tlbs = objects("the device TLB of %s");
    translations = objects("what DMA of %s translated");
    translating = cells(1);
    head = cells(1);
    tail = cells(1);
    status = cells(1);
    perDevice = cells(devices * Of.values().length);
    entries = cells(devices * PASIDS);
    bound = cells(devices * PASIDS);
    mappings = cells(SPACES * pages.size());
    cached = cells(devices * pages.size());
    waits = cells(1 + mostWaits());
    perRequest = cells(requests.size() * About.values().length);
    slots = cells(requests.size());
    registers = cells(threads * Register.values().length);
    locks.add(new Thing(LockName.GLOBAL.text("")));
    locks.add(new Thing(LockName.IOMMU.text("")));
    locks.add(new Thing(LockName.QUEUE.text("")));
    scenario.devices().forEach(it -> locks.add(thing(LockName.DEVICE.text("%s"), it.name())));
  }

  /** Cells of each device. */
  enum Of {
    ATTACHED,
    /** Page requests are enabled. */
    REQUESTS,
    /** Its address-space object was made. */
    KNOWN,
    /** It was switched to pass-through. */
    SWITCHED,
    /** 1 + number of the device whose PASID directory its context leads to; 0: not present. */
    CONTEXT
  }

  /** Cells of each page request. */
  enum About {
    /** 0, {@link #CALLING} or {@link #DEFERRED}. */
    WAY,
    /** What had ruled it out, 1 + ordinal of {@link Promise}; 0: nothing. */
    RULED_OUT,
    /** A response came, it was refused, or its device forgot it. */
    OVER;

    /** The device has decided to ask, the queue does not have it yet. */
    static final int CALLING = 1;

    /** The device was told yes, the queue does not have it yet. */
    static final int DEFERRED = 2;
  }

  /** What rules out that requests appear which were made before. */
  enum Promise {
    DRAIN("a wait with PD completed"),
    GONE("the function had left"),
    FUNCTION_RESET("the function was reset"),
    MACHINE_RESET("the machine was reset");

    final String text;

    Promise(String text) {
      this.text = text;
    }
  }

  /** Cells of each thread: what it has read. */
  enum Register {
    TAIL,
    STATUS,
    /** 1 + number of the request that software took out of the queue. */
    TAKEN,
    HEAD,
    MAPPING
  }

  // ---- numbers ----

  private void scan(List<Step> steps) {
    for (Step step : steps) {
      if (step instanceof Step.Leaf leaf) {
        page(leaf.page());
      } else if (step instanceof Step.Device(int device, DeviceOperation.RequestPage o)) {
        request(device, o.pasid(), o.address());
      } else if (step instanceof Step.Device(int device, DeviceOperation.StartDma o)) {
        page((int) (o.iova() >>> 12));
        if (o.mode() == DeviceOperation.Mode.SVA) {
          request(device, o.pasid(), o.iova());
        }
      }
    }
  }

  private void request(int device, int pasid, long address) {
    int page = (int) (address >>> 12);
    page(page);
    requests.add(new Request(device, pasid, page));
  }

  private void page(int page) {
    if (!pages.contains(page)) {
      pages.add(page);
    }
  }

  private int mostWaits() {
    var steps = new ArrayList<>(scenario.setup());
    scenario.threads().forEach(it -> steps.addAll(it.steps()));
    return steps.stream()
        .mapToInt(
            it ->
                it instanceof Step.Submit s
                    ? s.number()
                    : it instanceof Step.Await a ? a.number() : 0)
        .max()
        .orElse(0);
  }

  private static Thing thing(String name, String device) {
    return new Thing(name.formatted(device), name.formatted("a device"));
  }

  private int object(String name) {
    objects.add(new Thing(name));
    return objects.size() - 1;
  }

  private int objects(String name) {
    int first = objects.size();
    scenario.devices().forEach(it -> objects.add(thing(name, it.name())));
    return first;
  }

  private int cells(int count) {
    int first = cells;
    cells += count;
    return first;
  }

  int cells() {
    return cells;
  }

  int lock(LockName name, int device) {
    return switch (name) {
      case GLOBAL -> 0;
      case IOMMU -> 1;
      case QUEUE -> 2;
      case DEVICE -> 3 + device;
    };
  }

  int bindings(int device) {
    return bindings + device;
  }

  int state(int device) {
    return states + device;
  }

  int tlb(int device) {
    return tlbs + device;
  }

  int translations(int device) {
    return translations + device;
  }

  int of(Of what, int device) {
    return perDevice + what.ordinal() * devices + device;
  }

  int entry(int device, int pasid) {
    return entries + device * PASIDS + pasid;
  }

  int bound(int device, int pasid) {
    return bound + device * PASIDS + pasid;
  }

  int mapping(int space, int page) {
    return mappings + space * pages.size() + pages.indexOf(page);
  }

  int cached(int device, int page) {
    return cached + device * pages.size() + pages.indexOf(page);
  }

  /** The cells of all pages in a device's TLB. */
  int[] cached(int device) {
    return pages.stream().mapToInt(page -> cached(device, page)).toArray();
  }

  int wait(int number) {
    return waits + number;
  }

  int about(About what, int request) {
    return perRequest + what.ordinal() * requests.size() + request;
  }

  int slot(int index) {
    if (index >= requests.size()) {
      throw new IllegalStateException("slot " + index + " of " + requests.size());
    }
    return slots + index;
  }

  int register(Register what, int thread) {
    return registers + thread * Register.values().length + what.ordinal();
  }

  String name(int device) {
    return scenario.devices().get(device).name();
  }
}
