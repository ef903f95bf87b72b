package dev.iommufleet.simulation.locks;

import dev.iommufleet.hardware.vtd.InvalidationPolicy;
import dev.iommufleet.simulation.Scenario;
import dev.iommufleet.simulation.Step;
import dev.iommufleet.simulation.locks.Shared.About;
import dev.iommufleet.simulation.locks.Shared.Of;
import dev.iommufleet.simulation.locks.Shared.Promise;
import dev.iommufleet.simulation.locks.Shared.Register;

/** What the guest's software does: its stores, and what its register accesses set off. */
final class GuestCode {
  private static final int SLOT_BYTES = 32;
  private static final int QUEUE_SLOTS = 128;

  private final Code code;
  private final Shared shared;
  private final Tables tables;
  private final IommuCode iommu;

  GuestCode(Code code, Tables tables, IommuCode iommu) {
    this.code = code;
    this.shared = code.shared();
    this.tables = tables;
    this.iommu = iommu;
  }

  void step(Step.Guest step) {
    switch (step) {
      case Step.Entry s ->
          code.act(
              IommuCode.put(shared.entry(s.device(), s.pasid()), tables.number(s)),
              "writes PASID entry %d of %s".formatted(s.pasid(), shared.name(s.device())));
      case Step.Context s ->
          code.act(
              IommuCode.put(shared.of(Of.CONTEXT, s.device()), 1 + s.directoryOf()),
              "writes the context of " + shared.name(s.device()));
      case Step.Leaf s ->
          code.act(
              IommuCode.put(shared.mapping(s.space(), s.page()), tables.number(s)),
              "%s page %d".formatted(s.target() == 0 ? "unmaps" : "maps", s.page()));
      case Step.Submit s -> mmio("qi " + s.descriptors().strip(), () -> submit(s));
      case Step.Await s ->
          code.await(
              (m, _) -> s.orError() || m.get(shared.wait(s.number())) != 0,
              null,
              "sees wait %d completed".formatted(s.number()));
      case Step.AwaitCommand _ -> {} // Commands are over when their register access is.
      case Step.Command s -> mmio("GCMD", () -> command(s));
      case Step.Reset _ -> mmio("system reset", this::reset);
      case Step.Serve s -> serve(s.map(), s.ifAny());
      case Step.ServeAll _ -> shared.requests.forEach(_ -> serve(true, true));
      case Step.MoveRequestHead s ->
          mmio(
              "PQH",
              () -> code.act(IommuCode.put(shared.head, (int) s.head() / SLOT_BYTES), "writes it"));
      case Step.ClearRequestStatus s -> mmio("PRS", () -> iommu.clearStatus(s.bits()));
      case Step.ClearFaultStatus _ -> mmio("FSTS", () -> code.act(null, "clears it"));
      case Step.Expire _ -> {} // A callback into a device returns; nothing is withheld.
    }
  }

  private void mmio(String what, Runnable body) {
    code.at(Place.MMIO, "for a register access (%s)".formatted(what), body);
  }

  // ---- the invalidation queue ----

  private void submit(Step.Submit step) {
    boolean flushed = false;
    for (String descriptor : step.descriptors().split(";")) {
      String[] words = descriptor.strip().split("\\s+");
      switch (words[0]) {
        case "pc", "pc-g" -> iommu.bind();
        case "cc-g", "cc-d" -> contexts();
        case "pdtlb", "dtlb" -> flushDevice(words[1]);
        case "wait" -> complete(step, flushed, descriptor.contains(" pd"));
        default -> {
          iommu.flush();
          flushed = true;
        }
      }
    }
  }

  /** Whether bindings follow a context invalidation is the policy's business. */
  private void contexts() {
    Scenario scenario = shared.scenario;
    if (scenario.config().policy() == InvalidationPolicy.STRICT) {
      code.at(Place.IOTLB, "to drop entries", () -> code.act(null, "drops what the caches hold"));
    } else {
      iommu.bind();
    }
  }

  private void flushDevice(String function) {
    for (int i = 0; i < shared.scenario.devices().size(); i++) {
      int device = i;
      if (!sourceId(device).equals(function) || shared.scenario.devices().get(i).passthrough()) {
        continue;
      }
      code.unless(
          (m, _) -> m.get(shared.of(Of.ATTACHED, device)) == 0,
          () ->
              code.at(
                  Place.DEVICE,
                  device,
                  "to flush its TLB",
                  () ->
                      code.change(
                          shared.tlb(device),
                          (m, _) -> {
                            for (int cell : shared.cached(device)) {
                              m.set(cell, 0);
                            }
                            return null;
                          },
                          "empties the TLB of " + shared.name(device))));
    }
  }

  private String sourceId(int device) {
    int id = shared.scenario.devices().get(device).sourceId();
    return "%02x:%02x.%d".formatted(id >> 8, id >> 3 & 0x1F, id & 7);
  }

  private void complete(Step.Submit step, boolean flushed, boolean drains) {
    code.act(
        (m, _) -> {
          if (step.number() > 0) {
            m.set(shared.wait(step.number()), 1);
          }
          if (drains) {
            iommu.ruleOut(m, Promise.DRAIN, -1);
          }
          return null;
        },
        "completes the wait" + (drains ? ", with PD" : ""));
    for (int device = 0; flushed && device < shared.scenario.devices().size(); device++) {
      code.change(
          shared.translations(device),
          null,
          "may use again what %s could reach".formatted(shared.name(device)));
    }
  }

  // ---- commands ----

  private void command(Step.Command s) {
    code.act(IommuCode.put(shared.translating, s.translation() ? 1 : 0), "changes GSTS");
    iommu.bind();
  }

  private void reset() {
    code.act(IommuCode.put(shared.translating, 0), "switches translation off");
    iommu.bind();
    code.at(
        Place.QUEUE,
        "for the request queue",
        () ->
            code.act(
                (m, _) -> {
                  m.set(shared.head, 0);
                  m.set(shared.tail, 0);
                  m.set(shared.status, 0);
                  for (int slot = 0; slot < shared.requests.size(); slot++) {
                    m.set(shared.slot(slot), 0);
                  }
                  iommu.ruleOut(m, Promise.MACHINE_RESET, -1);
                  return null;
                },
                "empties the request queue"));
  }

  // ---- page requests ----

  private boolean isEmpty(Machine m, int thread) {
    return m.get(shared.head) == m.get(shared.tail);
  }

  /** Takes one request that is in the queue, empty slots before it too. */
  private void serve(boolean maps, boolean ifAny) {
    if (!ifAny) {
      code.await((m, t) -> !isEmpty(m, t), null, "waits for a page request and sees one");
    } else {
      code.act(null, "looks for a page request");
    }
    code.unless(
        this::isEmpty,
        () -> {
          mmio("PRS", () -> iommu.clearStatus(1));
          code.act(
              (m, t) -> takeOut(m, t, maps),
              "takes out a request" + (maps ? " and maps the page" : ""));
          mmio("PQH, qi pgresp", this::respond);
        });
  }

  private Hazard takeOut(Machine m, int thread, boolean maps) {
    int head = m.get(shared.head);
    int tail = m.get(shared.tail);
    int taken = 0;
    while (head != tail && taken == 0) {
      taken = head < shared.requests.size() ? m.get(shared.slot(head)) : 0;
      if (taken != 0) {
        m.set(shared.slot(head), 0);
      }
      head = (head + 1) % QUEUE_SLOTS;
    }
    m.set(shared.register(Register.TAKEN, thread), taken);
    m.set(shared.register(Register.HEAD, thread), head);
    if (taken != 0 && maps) {
      tables.serve(m, shared.requests.get(taken - 1));
    }
    return null;
  }

  /** To whoever has the source id now. */
  private void respond() {
    code.act(
        (m, t) -> {
          m.set(shared.head, m.get(shared.register(Register.HEAD, t)));
          return null;
        },
        "moves PQH");
    for (int i = 0; i < shared.scenario.devices().size(); i++) {
      int device = i;
      if (!shared.scenario.devices().get(device).passthrough()) {
        code.unless(
            (m, t) -> !isAnswered(m, t, device),
            () ->
                code.at(
                    Place.DEVICE,
                    device,
                    "to hand over the response",
                    () ->
                        code.change(
                            shared.state(device),
                            this::answer,
                            "hands the response to " + shared.name(device))));
      }
    }
  }

  private boolean isAnswered(Machine m, int thread, int device) {
    int taken = m.get(shared.register(Register.TAKEN, thread));
    return taken != 0
        && m.get(shared.of(Of.ATTACHED, device)) != 0
        && sourceId(shared.requests.get(taken - 1).device()).equals(sourceId(device));
  }

  private Hazard answer(Machine m, int thread) {
    int number = m.get(shared.register(Register.TAKEN, thread)) - 1;
    int over = shared.about(About.OVER, number);
    if (m.get(over) == 0) {
      m.set(over, IommuCode.ANSWERED);
    }
    return null;
  }
}
