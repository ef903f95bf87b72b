package dev.iommufleet.simulation.locks;

import dev.iommufleet.simulation.locks.Discipline.Custom;
import dev.iommufleet.simulation.locks.Shared.About;
import dev.iommufleet.simulation.locks.Shared.Of;
import dev.iommufleet.simulation.locks.Shared.Promise;
import dev.iommufleet.simulation.locks.Shared.Register;
import dev.iommufleet.simulation.locks.Shared.Request;

/** What an IOMMU's code does in the thread that calls it. */
final class IommuCode {
  static final int NOT_ASKED = 1;
  static final int REFUSED = 2;
  static final int ANSWERED = 3;
  static final int FORGOTTEN = 4;

  private static final int QUEUE_SLOTS = 128;
  private static final int PENDING = 1; // PPR
  private static final int OVERFLOW = 2; // PRO

  private final Code code;
  private final Shared shared;
  private final Tables tables;

  IommuCode(Code code, Tables tables) {
    this.code = code;
    this.shared = code.shared();
    this.tables = tables;
  }

  private boolean isPassthrough(int device) {
    return shared.scenario.devices().get(device).passthrough();
  }

  // ---- invalidation ----

  /** Drops translations here, at every host, and at whoever listens. */
  void flush() {
    code.at(
        Place.IOTLB, "to drop translations", () -> code.act(null, "drops what the IOTLB holds"));
    code.at(Place.HOST_FLUSH, "to flush the hosts", this::flushHosts);
    code.walk(shared.notifiers, "walks over the list of notifiers");
    code.leave(shared.notifiers, null, "has told them");
  }

  private void flushHosts() {
    if (shared.scenario.devices().stream().noneMatch(it -> it.passthrough())) {
      return;
    }
    code.walk(shared.hosts, "begins to walk over the table of host devices");
    for (int i = 0; i < shared.scenario.devices().size(); i++) {
      int device = i;
      String name = shared.name(device);
      if (isPassthrough(device)) {
        code.unless(
            (m, _) -> m.get(shared.of(Of.ATTACHED, device)) == 0,
            () -> {
              code.walk(shared.bindings(device), "walks over the bindings of %s".formatted(name));
              code.leave(
                  shared.bindings(device), null, "has called the host of %s".formatted(name));
            });
      }
    }
    code.leave(shared.hosts, null, "is through with the table of host devices");
  }

  /** Makes bindings of all hosts what the tables say. */
  void bind() {
    code.at(Place.IOTLB, "to drop entries", () -> code.act(null, "drops what the caches hold"));
    code.walk(shared.hosts, "begins to walk over the table of host devices, to bind");
    for (int i = 0; i < shared.scenario.devices().size(); i++) {
      int device = i;
      if (isPassthrough(device)) {
        code.unless(
            (m, _) -> m.get(shared.of(Of.ATTACHED, device)) == 0 || tables.isBound(m, device),
            () ->
                code.at(
                    Place.BINDINGS,
                    "to bind",
                    () ->
                        code.change(
                            shared.bindings(device),
                            (m, _) -> {
                              tables.bind(m, device);
                              return null;
                            },
                            "changes the bindings of " + shared.name(device))));
      }
    }
    code.leave(shared.hosts, null, "is through with the table of host devices");
  }

  // ---- address-space objects ----

  /** The object of a device is made when it is asked for and there is none. */
  void object(int device) {
    int known = shared.of(Of.KNOWN, device);
    code.unless(
        (m, _) -> m.get(known) != 0,
        () ->
            code.at(
                Place.NEW_OBJECT,
                "to make the address-space object of " + shared.name(device),
                () -> code.act(put(known, 1), "makes the object")));
  }

  static Op.Effect put(int cell, int value) {
    return (m, _) -> {
      m.set(cell, value);
      return null;
    };
  }

  // ---- page requests ----

  /** The call that brings a request into the queue. */
  void request(int number) {
    Request request = shared.requests.get(number);
    code.at(
        Place.CALLEE,
        "inside the request for a page",
        () -> {
          object(request.device());
          boolean skips = code.discipline().has(Custom.PASSTHROUGH_REQUESTERS_SKIP);
          if (!skips || !isPassthrough(request.device())) {
            flush();
          }
          code.at(Place.QUEUE, "for the request queue", () -> enqueue(number));
        });
  }

  private void enqueue(int number) {
    code.act(
        (m, t) -> {
          m.set(shared.register(Register.TAIL, t), m.get(shared.tail));
          m.set(shared.register(Register.HEAD, t), m.get(shared.head));
          return null;
        },
        "reads the tail of the queue");
    code.unless(
        this::isFull,
        () -> {
          code.act(
              (m, t) -> {
                m.set(shared.slot(m.get(shared.register(Register.TAIL, t))), number + 1);
                return null;
              },
              "writes %s there".formatted(text(number)));
          code.act((m, t) -> moveTail(m, t, number), "moves the tail");
          setStatus(PENDING);
        });
    code.unless(
        (m, t) -> !isFull(m, t),
        () -> {
          setStatus(OVERFLOW);
          code.act((m, _) -> refuse(m, number), "refuses %s: no slot".formatted(text(number)));
        });
  }

  private String text(int number) {
    Request it = shared.requests.get(number);
    return "the request of %s for page %d".formatted(shared.name(it.device()), it.page());
  }

  private boolean isFull(Machine m, int thread) {
    int next = (m.get(shared.register(Register.TAIL, thread)) + 1) % QUEUE_SLOTS;
    return next == m.get(shared.register(Register.HEAD, thread));
  }

  private Hazard moveTail(Machine m, int thread, int number) {
    int before = m.get(shared.register(Register.TAIL, thread));
    if (m.get(shared.tail) != before) {
      return new Hazard(
          Verdict.RACE,
          "the tail of the request queue",
          "race: the tail was moved since it was read for %s: a request is lost, without PRO"
              .formatted(text(number)));
    }
    m.set(shared.tail, (before + 1) % QUEUE_SLOTS);
    m.set(shared.about(About.WAY, number), 0);
    int ruledOut = m.get(shared.about(About.RULED_OUT, number));
    if (ruledOut == 0) {
      return null;
    }
    String why = Promise.values()[ruledOut - 1].text;
    return new Hazard(
        Verdict.LATE, why, "late: %s appears, but before that %s".formatted(text(number), why));
  }

  private Hazard refuse(Machine m, int number) {
    boolean deferred = m.get(shared.about(About.WAY, number)) == About.DEFERRED;
    m.set(shared.about(About.WAY, number), 0);
    m.set(shared.about(About.OVER, number), REFUSED);
    return deferred
        ? new Hazard(
            Verdict.LATE,
            "the refusal",
            "late: %s is refused, but its device was told yes and waits for a response"
                .formatted(text(number)))
        : null;
  }

  /** PRO always, PPR only where it was not set: then there is an interrupt too. */
  private void setStatus(int bit) {
    code.act(this::readStatus, "reads the status register");
    code.unless(
        (m, t) -> bit == PENDING && (m.get(shared.register(Register.STATUS, t)) & bit) != 0,
        () ->
            code.act(
                (m, t) -> {
                  int read = m.get(shared.register(Register.STATUS, t));
                  if (m.get(shared.status) != read) {
                    return lostUpdate("bits that software cleared since are set again");
                  }
                  m.set(shared.status, read | bit);
                  return null;
                },
                "writes it back with %s set".formatted(bit == PENDING ? "PPR" : "PRO")));
  }

  /** Software clears bits by writing ones. */
  void clearStatus(int bits) {
    code.at(
        Place.QUEUE,
        "for the status register",
        () -> {
          code.act(this::readStatus, "reads the status register");
          code.act(
              (m, t) -> {
                int written = m.get(shared.register(Register.STATUS, t)) & ~bits;
                if (written != (m.get(shared.status) & ~bits)) {
                  return lostUpdate("bits that a device set since are lost");
                }
                m.set(shared.status, written);
                return null;
              },
              "writes it back with bits cleared");
        });
  }

  private Hazard readStatus(Machine m, int thread) {
    m.set(shared.register(Register.STATUS, thread), m.get(shared.status));
    return null;
  }

  private static Hazard lostUpdate(String what) {
    return new Hazard(
        Verdict.RACE,
        "the status register",
        "race: the status register changed between its read and its write: " + what);
  }

  /** From now on no request may appear that was made before; {@code device} -1: any. */
  void ruleOut(Machine m, Promise promise, int device) {
    for (int number = 0; number < shared.requests.size(); number++) {
      int way = m.get(shared.about(About.WAY, number));
      // A call that is under way has not been answered: who drains cannot know of it, who stops
      // its device does.
      boolean counts =
          way == About.DEFERRED || way == About.CALLING && device >= 0 && promise != Promise.DRAIN;
      if (counts && (device < 0 || shared.requests.get(number).device() == device)) {
        m.set(shared.about(About.RULED_OUT, number), 1 + promise.ordinal());
      }
    }
  }

  /** The device forgets its groups. */
  void forget(Machine m, int device) {
    for (int number = 0; number < shared.requests.size(); number++) {
      int over = shared.about(About.OVER, number);
      if (shared.requests.get(number).device() == device && m.get(over) == 0) {
        m.set(over, FORGOTTEN);
      }
    }
  }
}
