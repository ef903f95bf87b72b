package dev.iommufleet.simulation;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.device.AttachState;
import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.hardware.device.HostDevice;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.LinkHash;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.DeviceLink;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.IommuView;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.QueueProgress;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.simulation.Scenario.ThreadSpec;
import java.util.ArrayList;
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
  private final List<Channel<Delivery>> toDevice = new ArrayList<>();
  private final List<Channel<Report>> toIommu = new ArrayList<>();
  private final int[] next;
  private final Ledger ledger;
  private final Used used;

  /** By actor: its machine is this world's alone. Others are shared until they change. */
  private final boolean[] own;

  World(Scenario scenario) {
    this.scenario = scenario;
    int count = scenario.devices().size();
    iommu = new Iommu(scenario.config());
    devices = new HostDevice[count];
    own = new boolean[count + 1];
    Arrays.fill(own, true);
    for (int i = 0; i < count; i++) {
      devices[i] = new HostDevice(Machines.device(scenario.devices().get(i)));
      toDevice.add(new Channel<>(2 * i));
      toIommu.add(new Channel<>(2 * i + 1));
    }
    next = new int[scenario.threads().size()];
    ledger = new Ledger(count);
    used = new Used(count);
    setUp();
  }

  private World(World other) {
    scenario = other.scenario;
    iommu = other.iommu;
    devices = other.devices.clone();
    own = new boolean[other.own.length];
    Arrays.fill(other.own, false);
    for (int i = 0; i < devices.length; i++) {
      toDevice.add(other.toDevice.get(i).fork());
      toIommu.add(other.toIommu.get(i).fork());
    }
    next = other.next.clone();
    ledger = other.ledger.fork();
    used = other.used.fork();
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

  // ---- setup ----

  private void setUp() {
    guest().boot(scenario.devices(), Machines.SPACES);
    for (Step step : scenario.setup()) {
      settle();
      if (step instanceof Step.Guest guestStep && !guest().ready(guestStep)) {
        throw new IllegalStateException(
            scenario.name() + ": the setup waits for ever at " + Story.step(step, scenario));
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
        for (; !toDevice.get(i).isEmpty(); moved = true) {
          deliverToDevice(i, toDevice.get(i).take());
        }
        for (; !toIommu.get(i).isEmpty(); moved = true) {
          deliverToIommu(i, toIommu.get(i).take());
        }
      }
    }
  }

  private Guest guest() {
    return new Guest(iommu, this::fact);
  }

  // ---- choices ----

  @Override
  public List<Choice> choices() {
    List<Choice> choices = new ArrayList<>();
    for (int thread = 0; thread < next.length; thread++) {
      List<Step> steps = scenario.threads().get(thread).steps();
      if (next[thread] < steps.size() && ready(steps.get(next[thread]))) {
        choices.add(new Choice(Choice.Kind.STEP, actor(steps.get(next[thread])), thread));
      }
    }
    for (int i = 0; i < devices.length; i++) {
      channel(choices, toDevice.get(i), i + 1, 2 * i);
      channel(choices, toIommu.get(i), 0, 2 * i + 1);
    }
    for (int actor = 0; actor < used.crashes.length; actor++) {
      if (used.crashes[actor] < scenario.budget().crashes() && !isEnd(choices)) {
        choices.add(new Choice(Choice.Kind.CRASH, actor, actor));
      }
    }
    return choices;
  }

  /** Nothing but crashes could happen. */
  private static boolean isEnd(List<Choice> choices) {
    return choices.stream().allMatch(choice -> choice.kind() == Choice.Kind.CRASH);
  }

  private void channel(List<Choice> choices, Channel<?> channel, int receiver, int number) {
    if (!channel.isEmpty()) {
      choices.add(new Choice(Choice.Kind.DELIVER, receiver, number));
      if (used.losses[number] < scenario.budget().losses()) {
        choices.add(new Choice(Choice.Kind.LOSE, receiver, number));
      }
      if (used.duplicates[number] < scenario.budget().duplicates()) {
        choices.add(new Choice(Choice.Kind.DUPLICATE, receiver, number));
      }
    }
    if (used.mayResend(number) && owes(number)) {
      int sender = (number & 1) == 0 ? 0 : number / 2 + 1;
      choices.add(new Choice(Choice.Kind.RESEND, sender, number));
    }
  }

  private boolean owes(int number) {
    int device = number / 2;
    return (number & 1) == 0
        ? !iommu.view().unanswered(scenario.devices().get(device).sourceId()).isEmpty()
        : !devices[device].view().owed().isEmpty();
  }

  private boolean ready(Step step) {
    return switch (step) {
      case Step.Expire s -> used.armed[s.device()];
      case Step.Guest s -> guest().ready(s);
      case Step.Device _ -> true;
    };
  }

  private static int actor(Step step) {
    return step instanceof Step.Device device ? device.device() + 1 : 0;
  }

  @Override
  public void take(Choice choice) {
    change(choice.actor());
    int number = choice.which();
    switch (choice.kind()) {
      case STEP -> {
        ThreadSpec thread = scenario.threads().get(number);
        run(thread.steps().get(next[number]++));
      }
      case DELIVER -> deliver(number, false);
      case LOSE -> {
        used.losses[number]++;
        channel(number).take();
      }
      case DUPLICATE -> {
        used.duplicates[number]++;
        deliver(number, true);
      }
      case CRASH -> crash(choice.actor());
      case RESEND -> {
        used.resends[number]++;
        resend(number);
      }
    }
  }

  /** The step that a thread makes next. */
  Step next(int thread) {
    return scenario.threads().get(thread).steps().get(next[thread]);
  }

  Channel<?> channel(int number) {
    return (number & 1) == 0 ? toDevice.get(number / 2) : toIommu.get(number / 2);
  }

  /** {@code stays}: the message arrives, and will arrive again. */
  private void deliver(int number, boolean stays) {
    int device = number / 2;
    if ((number & 1) == 0) {
      var channel = toDevice.get(device);
      deliverToDevice(device, stays ? channel.first() : channel.take());
    } else {
      var channel = toIommu.get(device);
      deliverToIommu(device, stays ? channel.first() : channel.take());
    }
  }

  // ---- the IOMMU's side ----

  private void run(Step step) {
    switch (step) {
      case Step.Guest s -> {
        int before = iommu.view().register(Guest.PRS);
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
    IommuView view = iommu.view();
    int before = view.register(Guest.PRS);
    Reply reply = null;
    ledger.reporting(device);
    for (Operation operation : DeviceLink.operations(view, sourceId, envelope.epoch(), report)) {
      reply = iommu.execute(operation, this::fact);
    }
    if (report instanceof Report.Withheld && view.isAttached(sourceId, envelope.epoch())) {
      used.armed[device] = true;
    }
    long generation = iommu.view().generation(sourceId);
    Delivery answer = DeviceLink.answer(report, reply, generation);
    if (answer != null) {
      toDevice.get(device).send(envelope.epoch(), answer, LinkHash.of(answer));
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
    long epoch = ledger.epoch(device);
    toDevice.get(device).send(epoch, delivery, LinkHash.of(delivery));
  }

  // ---- a device's side ----

  private void deliverToDevice(int device, Channel.Envelope<Delivery> envelope) {
    boolean stale =
        devices[device].view().epoch() != envelope.epoch()
            || devices[device].view().state() == AttachState.DETACHED;
    int lasting = execute(device, Machines.operation(envelope.epoch(), envelope.message()));
    boolean acknowledges = envelope.message() instanceof Delivery.LossAcknowledged;
    if (stale && lasting > 0 && !acknowledges) {
      ledger.broken("I6: %s reached a device that was detached", envelope.message());
    }
  }

  /** Returns how many lasting facts came of it. */
  private int execute(int device, DeviceOperation operation) {
    int[] lasting = new int[1];
    DeviceReply reply =
        devices[device].execute(
            operation,
            fact -> {
              lasting[0] += fact instanceof DeviceFact.Lasting ? 1 : 0;
              ledger.fact(device, fact);
              if (fact instanceof DeviceFact.Reported reported) {
                send(device, reported.epoch(), reported.report());
              }
            });
    if (reply instanceof DeviceReply.Received received && received.answer() != null) {
      send(device, devices[device].view().epoch(), received.answer());
    }
    if (reply instanceof DeviceReply.Refused refused) {
      ledger.broken("refused: %s", refused.message());
    }
    return lasting[0];
  }

  private void send(int device, long epoch, Report report) {
    toIommu.get(device).send(epoch, report, LinkHash.of(report));
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
        send(device, owed.epoch(), owed.report());
      }
      return;
    }
    int sourceId = scenario.devices().get(device).sourceId();
    if (!iommu.view().isAttached(sourceId, ledger.epoch(device))) {
      return;
    }
    for (var posted : iommu.view().unanswered(sourceId)) {
      var delivery = new Delivery.Posted(posted.id(), posted.previous(), posted.command());
      toDevice.get(device).send(ledger.epoch(device), delivery, LinkHash.of(delivery));
    }
  }

  // ---- state ----

  @Override
  public long hash() {
    long hash = iommu.stateHash() + iommu.softHash() + ledger.hash() + used.hash();
    for (int i = 0; i < devices.length; i++) {
      hash +=
          StateHash.mix(TAG_DEVICE, i, devices[i].stateHash() + 31 * devices[i].softHash())
              + toDevice.get(i).hash()
              + toIommu.get(i).hash();
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
    if (!isEnd(choices())) {
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
