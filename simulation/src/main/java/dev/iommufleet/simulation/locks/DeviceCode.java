package dev.iommufleet.simulation.locks;

import dev.iommufleet.hardware.device.ConfigRegister;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.simulation.locks.Discipline.Custom;
import dev.iommufleet.simulation.locks.Op.Effect;
import dev.iommufleet.simulation.locks.Shared.About;
import dev.iommufleet.simulation.locks.Shared.Of;
import dev.iommufleet.simulation.locks.Shared.Promise;
import dev.iommufleet.simulation.locks.Shared.Register;

/**
 * What happens at a device: in its own thread where it works, in a virtual CPU's where its
 * registers are written, in the main loop's where it is plugged and unplugged.
 */
final class DeviceCode {
  private static final long FUNCTION_RESET = 1 << 15;

  private final Code code;
  private final Shared shared;
  private final Tables tables;
  private final IommuCode iommu;
  private int requests;

  /** {@code requests}: how many page requests threads before this one make. */
  DeviceCode(Code code, Tables tables, IommuCode iommu, int requests) {
    this.code = code;
    this.shared = code.shared();
    this.tables = tables;
    this.iommu = iommu;
    this.requests = requests;
  }

  /** How many page requests were numbered up to here. */
  int requests() {
    return requests;
  }

  void step(int device, DeviceOperation operation) {
    switch (operation) {
      case DeviceOperation.Attach _ -> attach(device);
      case DeviceOperation.Detach _, DeviceOperation.Remove _ -> detach(device);
      case DeviceOperation.WriteConfig(ConfigRegister register, long value) ->
          config(device, register, value);
      case DeviceOperation.RequestPage _ -> page(device);
      case DeviceOperation.StartDma dma -> dma(device, dma);
      // Messages of a link, and faults that are ordered: an emulator with locks has neither.
      case DeviceOperation.AttachAnswered _,
          DeviceOperation.AttachmentEnded _,
          DeviceOperation.LossAcknowledged _,
          DeviceOperation.Receive _,
          DeviceOperation.Resume _,
          DeviceOperation.Translated _,
          DeviceOperation.Accessed _,
          DeviceOperation.Poll _,
          DeviceOperation.ReadConfig _,
          DeviceOperation.SendStopMarker _,
          DeviceOperation.FailHostCall _,
          DeviceOperation.CallHost _,
          DeviceOperation.FailCompletions _,
          DeviceOperation.ReleaseCompletions _,
          DeviceOperation.LoseResponses _,
          DeviceOperation.SetLink _ -> {}
    }
  }

  private boolean isPassthrough(int device) {
    return shared.scenario.devices().get(device).passthrough();
  }

  private String name(int device) {
    return shared.name(device);
  }

  // ---- the main loop and virtual CPUs ----

  private void attach(int device) {
    int attached = shared.of(Of.ATTACHED, device);
    code.at(
        Place.MAIN_LOOP,
        "to plug " + name(device),
        () -> {
          if (isPassthrough(device)) {
            code.at(
                Place.HOST_TABLE,
                "to change the table of host devices",
                () ->
                    code.change(
                        shared.hosts,
                        IommuCode.put(attached, 1),
                        "inserts the record of %s into it".formatted(name(device))));
          } else {
            listen(device, attached, 1);
          }
        });
  }

  private void listen(int device, int attached, int value) {
    code.at(
        Place.DEVICE,
        device,
        "to start or stop it",
        () ->
            code.change(
                shared.state(device),
                (m, _) -> {
                  m.set(attached, value);
                  if (value == 0) {
                    stop(m, device, Promise.GONE);
                  }
                  return null;
                },
                (value == 1 ? "starts " : "stops ") + name(device)));
    code.change(shared.notifiers, null, "changes the list of notifiers");
  }

  private void detach(int device) {
    int attached = shared.of(Of.ATTACHED, device);
    code.at(
        Place.MAIN_LOOP,
        "to unplug " + name(device),
        () -> {
          if (isPassthrough(device)) {
            code.at(
                Place.HOST_TABLE,
                "to change the table of host devices",
                () ->
                    code.change(
                        shared.hosts,
                        IommuCode.put(attached, 0),
                        "removes the record of %s from it and frees it".formatted(name(device))));
          } else {
            listen(device, attached, 0);
          }
        });
  }

  private void stop(Machine m, int device, Promise promise) {
    iommu.ruleOut(m, promise, device);
    iommu.forget(m, device);
    for (int cell : shared.cached(device)) {
      m.set(cell, 0);
    }
  }

  private void config(int device, ConfigRegister register, long value) {
    boolean resets = register == ConfigRegister.DEVICE_CONTROL && (value & FUNCTION_RESET) != 0;
    if (!resets && register != ConfigRegister.PRI_CONTROL) {
      return; // Nothing that follows looks at the others.
    }
    int requests = shared.of(Of.REQUESTS, device);
    int enabled = resets ? 0 : (int) value & 1;
    code.at(
        Place.MMIO,
        "for a register of " + name(device),
        () -> {
          if (enabled == 1 && !code.discipline().has(Custom.OBJECTS_AT_FIRST_USE)) {
            iommu.object(device);
          }
          code.at(
              Place.DEVICE,
              device,
              "for its register",
              () ->
                  code.unless(
                      (m, _) -> !resets && m.get(requests) == enabled,
                      () ->
                          code.change(
                              shared.state(device),
                              write(device, requests, enabled, resets),
                              (resets ? "resets " : "switches page requests of ") + name(device))));
        });
  }

  private Effect write(int device, int requests, int enabled, boolean resets) {
    return (m, _) -> {
      m.set(requests, enabled);
      if (resets) {
        stop(m, device, Promise.FUNCTION_RESET);
      }
      return null;
    };
  }

  // ---- the device's own thread ----

  private void page(int device) {
    int number = requests++;
    Runnable body =
        () -> code.at(Place.DEVICE, device, "to ask for a page", () -> ask(device, number));
    if (isPassthrough(device)) {
      // The device asked the host; what the host's fault queue has is read here.
      code.at(Place.MAIN_LOOP, "to read the fault queue of " + name(device), body);
    } else {
      body.run();
    }
  }

  /** With the device's lock: checks, calls, notes. */
  private void ask(int device, int number) {
    int way = shared.about(About.WAY, number);
    int over = shared.about(About.OVER, number);
    int state = shared.state(device);
    code.rely(
        state,
        (m, _) -> {
          boolean may =
              m.get(shared.of(Of.REQUESTS, device)) != 0
                  && m.get(shared.of(Of.ATTACHED, device)) != 0;
          m.set(way, may ? About.CALLING : 0);
          m.set(over, may ? 0 : IommuCode.NOT_ASKED);
          m.set(shared.about(About.RULED_OUT, number), 0);
          return null;
        },
        "checks whether %s may ask for page %d"
            .formatted(name(device), shared.requests.get(number).page()));
    code.unless((m, _) -> m.get(way) == 0, () -> call(device, number));
    code.leave(
        state,
        (m, t) -> m.get(over) != IommuCode.NOT_ASKED && m.misled(t, state) ? torn(device) : null,
        "notes in %s that a request is outstanding".formatted(name(device)));
  }

  private Hazard torn(int device) {
    return new Hazard(
        Verdict.TORN,
        "what a device noted",
        "torn: the state of %s has changed since it was checked, what is noted now is wrong"
            .formatted(name(device)));
  }

  private void call(int device, int number) {
    if (code.discipline().has(Custom.BOTTOM_HALF)) {
      code.act(
          IommuCode.put(shared.about(About.WAY, number), About.DEFERRED),
          "schedules a bottom half; the device hears yes");
      return;
    }
    around(
        device,
        () -> code.at(Place.CALLER, device, "to call the IOMMU", () -> iommu.request(number)));
  }

  /** The device's lock stays, or goes for as long as the body takes. */
  private void around(int device, Runnable body) {
    if (code.discipline().has(Custom.RELEASED_AROUND_CALLS)) {
      code.without(device, "again behind the call", body);
    } else {
      body.run();
    }
  }

  // ---- DMA ----

  private void dma(int device, DeviceOperation.StartDma dma) {
    if (isPassthrough(device)) {
      return; // The host's hardware does it.
    }
    int page = (int) (dma.iova() >>> 12);
    switch (dma.mode()) {
      case PLAIN -> at(device, () -> plain(device, dma.pasid(), page));
      case ATS -> at(device, () -> byDeviceTlb(device, dma.pasid(), page));
      case SVA -> shared(device, dma.pasid(), page);
    }
  }

  private void at(int device, Runnable body) {
    code.at(
        Place.DEVICE,
        device,
        "for a DMA",
        () -> code.unless((m, _) -> m.get(shared.of(Of.ATTACHED, device)) == 0, body));
  }

  private int mapping(int thread) {
    return shared.register(Register.MAPPING, thread);
  }

  private Effect translate(int device, int pasid, int page) {
    return (m, t) -> {
      m.set(mapping(t), tables.translation(m, device, pasid, page));
      return null;
    };
  }

  /** Translated by the IOMMU for one access. */
  private void plain(int device, int pasid, int page) {
    int switched = shared.of(Of.SWITCHED, device);
    int object = shared.translations(device);
    iommu.object(device);
    code.at(
        Place.TRANSLATION,
        "to translate",
        () -> {
          code.rely(
              object,
              translate(device, pasid, page),
              "translates page %d of PASID %d".formatted(page, pasid));
          code.unless(
              (m, _) -> m.get(switched) != 0 || !tables.passesThrough(m, device, pasid),
              () ->
                  code.at(
                      Place.REGION_SWITCH,
                      "to switch %s to pass-through".formatted(name(device)),
                      () -> code.act(IommuCode.put(switched, 1), "switches it")));
        });
    code.leave(
        object,
        (m, t) ->
            isStale(m, t, object, device, pasid, page)
                ? new Hazard(
                    Verdict.RACE,
                    "a translation in use",
                    "race: %s accesses memory by a translation of page %d that a completed wait"
                            .formatted(name(device), page)
                        + " had taken away")
                : null,
        "accesses memory");
  }

  private boolean isStale(Machine m, int thread, int object, int device, int pasid, int page) {
    int used = m.get(mapping(thread));
    return used != 0
        && m.misled(thread, object)
        && used != tables.translation(m, device, pasid, page);
  }

  /** Translated by the device, which asks the IOMMU for what it does not have. */
  private void byDeviceTlb(int device, int pasid, int page) {
    int cached = shared.cached(device, page);
    int tlb = shared.tlb(device);
    code.rely(
        tlb,
        (m, t) -> {
          m.set(mapping(t), m.get(cached));
          return null;
        },
        "looks for page %d in the TLB of %s".formatted(page, name(device)));
    code.unless(
        (m, t) -> m.get(mapping(t)) != 0,
        () ->
            around(
                device,
                () -> {
                  iommu.object(device);
                  code.at(
                      Place.TRANSLATION,
                      "to translate",
                      () ->
                          code.act(
                              translate(device, pasid, page),
                              "translates page %d of PASID %d".formatted(page, pasid)));
                }));
    code.unless(
        (m, t) -> m.get(mapping(t)) != 0, () -> code.leave(tlb, null, "gets no translation"));
    code.unless((m, t) -> m.get(mapping(t)) == 0, () -> fill(device, pasid, page));
  }

  private void fill(int device, int pasid, int page) {
    int cached = shared.cached(device, page);
    int tlb = shared.tlb(device);
    code.leave(
        tlb,
        (m, t) -> {
          if (isStale(m, t, tlb, device, pasid, page)) {
            return new Hazard(
                Verdict.TORN,
                "a fill of a device TLB",
                "torn: %s fills its TLB with a translation of page %d that was flushed meanwhile"
                    .formatted(name(device), page));
          }
          m.set(cached, m.get(mapping(t)));
          return null;
        },
        "accesses memory, with the translation in the TLB of " + name(device));
  }

  /** Where there is no translation it asks for the page, and tries once more. */
  private void shared(int device, int pasid, int page) {
    int number = requests++;
    int attached = shared.of(Of.ATTACHED, device);
    at(
        device,
        () -> {
          byDeviceTlb(device, pasid, page);
          code.unless((m, t) -> m.get(mapping(t)) != 0, () -> ask(device, number));
        });
    code.unless(
        (m, t) -> m.get(mapping(t)) != 0 || m.get(attached) == 0,
        () -> {
          code.await(
              (m, _) -> m.get(shared.about(About.OVER, number)) != 0,
              null,
              "waits for the response for page %d".formatted(page));
          at(device, () -> byDeviceTlb(device, pasid, page));
        });
  }
}
