package dev.iommufleet.simulation;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.device.AttachState;
import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.hardware.device.HostDevice;
import dev.iommufleet.hardware.device.IommuPort;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.DeviceLink;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.QueueProgress;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.simulation.Scenario.ThreadSpec;
import java.util.Arrays;
import java.util.List;

/**
 * An IOMMU, its devices, the guest's threads, and what is under way between them. Actor 0 is the
 * IOMMU with the guest's software; actor i + 1 is device i.
 */
final class World implements Explorable<World> {
  private static final long TAG_THREAD = 10;
  private static final long TAG_DEVICE = 12;

  private final Scenario scenario;
  private Iommu iommu;
  private final HostDevice[] devices;
  private final Wires wires;
  private final int[] next;
  private final Ledger ledger;
  private final Used used;

  private final Transitions transitions; // of all worlds that come of one

  private int lasting; // facts that devices recorded

  /** By actor: its machine is this world's alone. Others are shared until they change. */
  private final boolean[] own;

  World(Scenario scenario) {
    this.scenario = scenario;
    transitions = new Transitions();
    int count = scenario.devices().size();
    iommu = new Iommu(scenario.config());
    devices = new HostDevice[count];
    own = new boolean[count + 1];
    Arrays.fill(own, true);
    for (int i = 0; i < count; i++) {
      devices[i] = new HostDevice(Machines.device(scenario.devices().get(i)));
    }
    next = new int[scenario.threads().size()];
    ledger = new Ledger(count, scenario.config().options().responseFencing());
    used = new Used(count);
    wires = new Wires(count, used, scenario.budget().overtakes());
    setUp();
  }

  private World(World other) {
    scenario = other.scenario;
    transitions = other.transitions;
    iommu = other.iommu;
    devices = other.devices.clone();
    own = new boolean[other.own.length];
    Arrays.fill(other.own, false);
    next = other.next.clone();
    ledger = other.ledger.fork();
    used = other.used.fork();
    wires = other.wires.fork(used);
  }

  @Override
  public World fork() {
    return new World(this);
  }

  /** The machine of this actor is about to change. */
  private void change(int actor) {
    if (!own[actor]) {
      own[actor] = true;
      if (actor == 0) {
        iommu = iommu.fork();
      } else {
        devices[actor - 1] = Machines.fork(devices[actor - 1]);
      }
    }
  }

  Iommu iommu() {
    return iommu;
  }

  HostDevice device(int device) {
    return devices[device];
  }

  Ledger ledger() {
    return ledger;
  }

  Transitions transitions() {
    return transitions;
  }

  private void setUp() {
    guest().boot(scenario.devices(), Machines.SPACES);
    for (Step step : scenario.setup()) {
      settle();
      if (step instanceof Step.Guest guestStep && !guest().ready(guestStep)) {
        throw new ScenarioException(
            scenario.name() + ": the setup waits for ever at " + Story.step(step, scenario), null);
      }
      run(step);
    }
    settle();
  }

  private void settle() {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int i = 0; i < devices.length; i++) {
        for (; !wires.toDevice(i).isEmpty(); moved = true) {
          deliverToDevice(i, wires.toDevice(i).take());
        }
        for (; !wires.toIommu(i).isEmpty(); moved = true) {
          deliverToIommu(i, wires.toIommu(i).take());
        }
      }
    }
  }

  private Guest guest() {
    return new Guest(iommu, transitions, this::fact);
  }

  // ---- choices ----

  @Override
  public List<Choice> choices() {
    return new Enabled(this, scenario, used).choices();
  }

  /** Whether the next step of a thread can be made now; false as well behind the last. */
  boolean isReady(int thread) {
    List<Step> steps = scenario.threads().get(thread).steps();
    return next[thread] < steps.size() && ready(steps.get(next[thread]));
  }

  private boolean ready(Step step) {
    return switch (step) {
      case Step.Expire s -> used.armed[s.device()];
      case Step.Guest s -> guest().ready(s);
      case Step.Device _ -> true;
    };
  }

  @Override
  public boolean commute(Choice one, Choice other) {
    return Enabled.commute(scenario, one, other);
  }

  /** A machine that fails is a finding like any other. */
  @Override
  public void take(Choice choice) {
    change(choice.actor());
    try {
      happen(choice);
    } catch (ScenarioException e) {
      throw e;
    } catch (RuntimeException e) {
      ledger.broken("failed: %s", e);
    }
  }

  private void happen(Choice choice) {
    int number = choice.which();
    switch (choice.kind()) {
      case STEP -> {
        ThreadSpec thread = scenario.threads().get(number);
        run(thread.steps().get(next[number]++));
      }
      case DELIVER -> deliver(number, wires.channel(number).take());
      case LOSE -> {
        used.losses[number]++;
        channel(number).take();
      }
      case DUPLICATE -> {
        used.duplicates[number]++;
        deliver(number, wires.channel(number).first());
      }
      case OVERTAKE -> deliver(number, wires.channel(number).overtake());
      case CRASH -> crash(choice.actor());
      case RESEND -> {
        used.resends[number]++;
        resend(number);
      }
    }
  }

  Step next(int thread) {
    return scenario.threads().get(thread).steps().get(next[thread]);
  }

  Channel<?> channel(int number) {
    return wires.channel(number);
  }

  @SuppressWarnings("unchecked") // even channels carry deliveries, odd ones reports
  private void deliver(int number, Channel.Envelope<?> envelope) {
    if ((number & 1) == 0) {
      deliverToDevice(number / 2, (Channel.Envelope<Delivery>) envelope);
    } else {
      deliverToIommu(number / 2, (Channel.Envelope<Report>) envelope);
    }
  }

  // ---- the IOMMU's side ----

  private void run(Step step) {
    switch (step) {
      case Step.Guest s -> {
        int before = iommu.view().register(Guest.PRS);
        ledger.before(iommu);
        ledger.before(s, iommu, scenario);
        guest().run(s, scenario);
        while (iommu.progress() == QueueProgress.MORE) {
          iommu.execute(new Operation.Continue(), this::fact);
        }
        if (s instanceof Step.Expire expire) {
          used.armed[expire.device()] = false;
        }
        ledger.after(before, iommu);
      }
      case Step.Device s -> execute(s.device(), s.operation());
    }
  }

  private void deliverToIommu(int device, Channel.Envelope<Report> envelope) {
    int sourceId = scenario.devices().get(device).sourceId();
    Report report = envelope.message();
    long epoch = envelope.epoch();
    int before = iommu.view().register(Guest.PRS);
    boolean holds = iommu.view().isAttached(sourceId, epoch) && ledger.peer(sourceId) == device;
    Reply reply = null;
    transitions.report(iommu.view(), sourceId, holds, report);
    ledger.before(iommu);
    ledger.reporting(device);
    for (Operation operation :
        DeviceLink.operations(iommu.view(), sourceId, epoch, holds, report)) {
      reply = iommu.execute(operation, this::fact);
    }
    if (report instanceof Report.Withheld && holds) {
      used.armed[device] = true;
    }
    Delivery answer = DeviceLink.answer(report, reply, iommu.view().generation(sourceId));
    if (answer != null) {
      wires.send(device, epoch, false, answer);
    }
    ledger.after(before, iommu);
  }

  /** Facts of the IOMMU as they come true. */
  private void fact(Fact fact) {
    ledger.fact(fact, iommu, scenario);
    Delivery delivery = DeviceLink.delivery(fact);
    if (delivery == null) {
      return;
    }
    int sourceId =
        fact instanceof Fact.CommandPosted posted
            ? posted.sourceId()
            : ((Fact.DeviceDetached) fact).sourceId();
    int device = ledger.peer(sourceId);
    wires.send(device, ledger.epoch(device), isLeaving(sourceId), delivery);
  }

  private boolean isLeaving(int sourceId) {
    return iommu.view().devices().stream()
        .anyMatch(device -> device.sourceId() == sourceId && device.detaching());
  }

  // ---- a device's side ----

  private void deliverToDevice(int device, Channel.Envelope<Delivery> envelope) {
    boolean stale =
        devices[device].view().epoch() != envelope.epoch()
            || devices[device].view().state() == AttachState.DETACHED;
    int before = lasting;
    ledger.delivering();
    long epoch = envelope.epoch();
    Delivery delivery = envelope.message();
    DeviceReply reply = execute(device, IommuPort.operation(epoch, delivery));
    Report answer =
        IommuPort.answer(
            devices[device].view(), Machines.IOMMU, epoch, envelope.leaving(), delivery, reply);
    if (answer != null) {
      wires.send(device, epoch, answer);
    }
    boolean acknowledges = delivery instanceof Delivery.LossAcknowledged;
    if (stale && lasting > before && !acknowledges) {
      ledger.broken("I6: %s reached a device that was detached", delivery);
    }
  }

  private DeviceReply execute(int device, DeviceOperation operation) {
    transitions.device(devices[device].view(), operation);
    DeviceReply reply =
        devices[device].execute(
            operation,
            fact -> {
              lasting += fact instanceof DeviceFact.Lasting ? 1 : 0;
              ledger.fact(device, fact);
              if (fact instanceof DeviceFact.Reported reported) {
                wires.send(device, reported.epoch(), reported.report());
              }
            });
    used.done(device, operation);
    if (reply instanceof DeviceReply.Refused refused && !Machines.mayRefuse(operation)) {
      ledger.broken("refused: %s", refused.message());
    }
    return reply;
  }

  private void crash(int actor) {
    used.crashes[actor]++;
    if (actor == 0) {
      iommu.dropSoftState();
      for (int device = 0; device < devices.length; device++) {
        resend(2 * device);
      }
    } else {
      devices[actor - 1].dropSoftState();
      execute(actor - 1, new DeviceOperation.Resume());
      resend(2 * (actor - 1) + 1);
    }
  }

  private void resend(int number) {
    int device = number / 2;
    if ((number & 1) != 0) {
      for (HostDevice.Owed owed : devices[device].view().owed()) {
        wires.send(device, owed.epoch(), owed.report());
      }
      return;
    }
    int sourceId = scenario.devices().get(device).sourceId();
    if (!iommu.view().isAttached(sourceId, ledger.epoch(device))) {
      return;
    }
    for (var posted : iommu.view().unanswered(sourceId)) {
      var delivery = new Delivery.Posted(posted.id(), posted.previous(), posted.command());
      wires.send(device, ledger.epoch(device), isLeaving(sourceId), delivery);
    }
  }

  // ---- state ----

  @Override
  public long hash() {
    long hash = iommu.stateHash() + iommu.softHash() + ledger.hash() + used.hash() + wires.hash();
    for (int i = 0; i < devices.length; i++) {
      hash += StateHash.mix(TAG_DEVICE, i, devices[i].stateHash() + 31 * devices[i].softHash());
    }
    for (int thread = 0; thread < next.length; thread++) {
      hash += StateHash.mix(TAG_THREAD, thread, next[thread]);
    }
    return hash;
  }

  @Override
  public String broken() {
    String broken = ledger.broken();
    if (broken != null) {
      return broken;
    }
    broken = new Judge(this, scenario).broken();
    return broken != null ? broken : endsEarly();
  }

  /** At an end every thread is done and nobody owes anything. */
  private String endsEarly() {
    if (!Enabled.isEnd(choices())) {
      return null;
    }
    for (int thread = 0; thread < next.length; thread++) {
      ThreadSpec spec = scenario.threads().get(thread);
      if (next[thread] < spec.steps().size() && !spec.mayStop()) {
        return "deadlock: %s waits for ever at '%s'"
            .formatted(spec.name(), Story.step(spec.steps().get(next[thread]), scenario));
      }
    }
    return new Judge(this, scenario).owedAtEnd();
  }
}
