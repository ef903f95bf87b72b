package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.hardware.device.HostDevice;
import dev.iommufleet.hardware.device.IommuPort;
import dev.iommufleet.hardware.link.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The entity of one host device. */
final class DeviceShell extends Shell {
  private HostDevice device;

  private int attempts;
  private boolean waits;
  private boolean polls;

  DeviceShell(Cluster cluster, int entity, Node node) {
    super(cluster, entity, node);
  }

  // ---- recovery -----------------------------------------------------------------------------

  @Override
  void begin() {
    device = new HostDevice(Machines.device(cluster.config, entity));
    attempts = 0;
    waits = false;
    polls = false;
  }

  @Override
  void restore(Journal.Snapshot snapshot) {
    snapshot.facts().forEach(fact -> device.apply((DeviceFact) fact));
  }

  @Override
  void apply(Entry entry) {
    for (Entry.Step step : entry.steps()) {
      ((Entry.Step.OfDevice) step).facts().forEach(device::apply);
    }
  }

  @Override
  Journal.Snapshot snapshot() {
    var facts = new ArrayList<DeviceFact>();
    device.describe(facts::add);
    return new Journal.Snapshot(number, facts, memory.copy(), null);
  }

  @Override
  long stateHash() {
    return device.stateHash();
  }

  @Override
  void noted(Entry entry) {}

  @Override
  void afterRecovery() {
    if (resumesFirst()) {
      resume();
    }
  }

  /** Before anything else, what was under way is asked for anew. */
  @Guard(value = "fleet-device-resumes-first", without = "false")
  boolean resumesFirst() {
    return true;
  }

  private void resume() {
    var step = step(new DeviceOperation.Resume());
    persist(
        new Entry.Cause.Own("restart"),
        List.of(step),
        null,
        () -> {
          if (tellsAfterRecovery()) {
            tellOwed();
            arm();
          }
        });
  }

  /** What a restart finds owed is told at once. */
  @Guard(value = "fleet-reports-told-after-restart", without = "false")
  boolean tellsAfterRecovery() {
    return true;
  }

  // ---- messages -----------------------------------------------------------------------------

  @Override
  void handle(Message message) {
    switch (message) {
      case Message.Ask ask -> ask(ask);
      case Message.ToDevice delivery -> deliver(delivery);
      case Message.Timer timer -> timer(timer);
      case Message.ToIommu _ -> throw new IllegalStateException("no IOMMU: " + entity);
    }
  }

  private void timer(Message.Timer timer) {
    switch (timer.kind()) {
      case TELL_AGAIN -> tellAgain();
      case POLL -> {
        polls = false;
        perform(new Entry.Cause.Own("poll"), new DeviceOperation.Poll(), null, _ -> {});
      }
      case EXPIRED, RESUME -> throw new IllegalStateException("no IOMMU: " + entity);
    }
  }

  private void ask(Message.Ask ask) {
    switch (ask.request()) {
      case Message.Request.Operate(var operation) -> operate(ask, operation);
      case Message.Request.Look _ -> look(ask);
      case Message.Request.Execute _, Message.Request.Watch _ ->
          throw new IllegalStateException("no IOMMU: " + entity);
    }
  }

  private void look(Message.Ask ask) {
    var view = device.view();
    answer(
        ask,
        new Message.Answer(
            entity,
            null,
            number,
            stateHash(),
            0,
            List.of(new Message.Looked(view.state(), view.epoch())),
            ""));
  }

  private void operate(Message.Ask ask, DeviceOperation operation) {
    var known = memory.recall(ask);
    if (!known.refusal().isEmpty()) {
      answer(ask, refused(known.refusal()));
    } else if (known.entry() != 0) {
      repeat(ask, known.entry());
    } else {
      var cause = new Entry.Cause.Asked(ask.id());
      perform(cause, operation, ask, _ -> {});
    }
  }

  private Entry.Step.OfDevice step(DeviceOperation operation) {
    cluster.transitions.device(device.view(), operation);
    var facts = new ArrayList<DeviceFact>(4);
    DeviceReply reply =
        device.execute(
            operation,
            fact -> {
              if (!(fact instanceof DeviceFact.Soft)) {
                facts.add(fact);
              }
            });
    return new Entry.Step.OfDevice(operation, reply, facts);
  }

  private void perform(
      Entry.Cause cause,
      DeviceOperation operation,
      Message.Ask ask,
      Consumer<Entry.Step.OfDevice> then) {
    var step = step(operation);
    List<Entry.Step> steps = List.of(step);
    boolean journaled = isJournaled(steps, ask);
    persist(
        cause,
        steps,
        ask,
        () -> {
          if (ask != null) {
            answer(ask, answered(steps, journaled));
          }
          then.accept(step);
          for (DeviceFact fact : step.facts()) {
            if (fact instanceof DeviceFact.Reported it) {
              tell(it.iommu(), it.sourceId(), it.epoch(), it.report());
            }
          }
          arm();
          poll();
        });
  }

  private void poll() {
    if (device.view().waitsForPoll() && !polls) {
      polls = true;
      timer(Timing.DEVICE_POLL, new Message.Timer(Message.Timer.Kind.POLL, 0, 0, 0));
    }
  }

  // ---- to the IOMMU -------------------------------------------------------------------------

  private void arm() {
    boolean owes = !device.view().owed().isEmpty();
    if (!owes) {
      attempts = 0;
    } else if (!waits) {
      waits = true;
      timer(backOff(attempts), new Message.Timer(Message.Timer.Kind.TELL_AGAIN, 0, 0, 0));
    }
  }

  private void tellAgain() {
    waits = false;
    attempts++;
    if (tellsAgain()) {
      tellOwed();
    }
    arm();
  }

  /** What is owed is told until it is settled. */
  @Guard(value = "fleet-reports-told-again", without = "false")
  boolean tellsAgain() {
    return true;
  }

  private void tellOwed() {
    device.view().owed().forEach(it -> tell(it.iommu(), it.sourceId(), it.epoch(), it.report()));
  }

  private void tell(String iommu, int sourceId, long epoch, Report report) {
    tell(cluster.iommu(iommu), new Message.ToIommu(entity, sourceId, epoch, report));
  }

  // ---- from the IOMMU -----------------------------------------------------------------------

  private void deliver(Message.ToDevice message) {
    attempts = 0;
    var cause = new Entry.Cause.Delivered(message.iommu(), message.epoch(), message.delivery());
    var operation = IommuPort.operation(message.epoch(), message.delivery());
    perform(cause, operation, null, step -> back(message, step));
  }

  private void back(Message.ToDevice message, Entry.Step.OfDevice step) {
    Report answer =
        IommuPort.answer(
            device.view(),
            cluster.name(message.iommu()),
            message.epoch(),
            message.leaving(),
            message.delivery(),
            step.reply());
    if (answer != null) {
      tell(
          message.iommu(),
          new Message.ToIommu(entity, message.sourceId(), message.epoch(), answer));
    }
  }
}
