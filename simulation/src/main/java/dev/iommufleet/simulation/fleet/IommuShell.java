package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.DeviceLink;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.QueueProgress;
import dev.iommufleet.hardware.vtd.Reply;
import java.util.ArrayList;
import java.util.List;

/** The entity of one IOMMU. */
final class IommuShell extends Shell {
  private Iommu iommu;
  private Peers peers = new Peers();
  private final Watchers watchers = new Watchers(this);

  IommuShell(Cluster cluster, int entity, Node node) {
    super(cluster, entity, node);
  }

  // ---- recovery -----------------------------------------------------------------------------

  @Override
  void begin() {
    iommu = new Iommu(Machines.IOMMU);
    peers = new Peers();
    watchers.clear();
  }

  @Override
  void restore(Journal.Snapshot snapshot) {
    snapshot.facts().forEach(fact -> iommu.apply((Fact) fact));
    peers = snapshot.peers().copy();
  }

  @Override
  void apply(Entry entry) {
    for (Entry.Step step : entry.steps()) {
      ((Entry.Step.OfIommu) step).facts().forEach(iommu::apply);
    }
    peers.apply(entry, iommu.view());
  }

  @Override
  Journal.Snapshot snapshot() {
    var facts = new ArrayList<Fact>();
    iommu.describe(facts::add);
    return new Journal.Snapshot(number, facts, memory.copy(), peers.copy());
  }

  @Override
  long stateHash() {
    return iommu.stateHash();
  }

  @Override
  void afterRecovery() {
    peers.takeEnded();
    if (tellsAfterRecovery()) {
      tellNew();
    }
  }

  /** What a restart finds unanswered is told at once. */
  @Guard(value = "fleet-commands-told-after-restart", without = "false")
  boolean tellsAfterRecovery() {
    return true;
  }

  @Override
  void noted(Entry entry) {
    peers.apply(entry, iommu.view());
  }

  // ---- messages -----------------------------------------------------------------------------

  @Override
  void handle(Message message) {
    switch (message) {
      case Message.Ask ask -> ask(ask);
      case Message.ToIommu report -> report(report);
      case Message.Timer timer -> timer(timer);
      case Message.ToDevice _ -> throw new IllegalStateException("no device: " + entity);
    }
  }

  private void timer(Message.Timer timer) {
    switch (timer.kind()) {
      case TELL_AGAIN -> tellAgain((int) timer.a());
      case EXPIRED -> expire((int) timer.a(), timer.b(), timer.c());
      case POLL, RESUME -> throw new IllegalStateException("no device: " + entity);
    }
  }

  private void ask(Message.Ask ask) {
    switch (ask.request()) {
      case Message.Request.Execute(var operations) -> execute(ask, operations);
      case Message.Request.Watch(long from) -> watchers.watch(ask, from);
      case Message.Request.Operate _, Message.Request.Look _ ->
          throw new IllegalStateException("no device: " + entity);
    }
  }

  private void execute(Message.Ask ask, List<Operation> operations) {
    var known = memory.recall(ask);
    if (!known.refusal().isEmpty()) {
      answer(ask, refused(known.refusal()));
      return;
    }
    if (known.entry() != 0) {
      repeat(ask, known.entry());
      return;
    }
    var refusal = iommu.refusal(operations);
    if (refusal.isPresent()) {
      throw new IllegalStateException("a guest asks for too much: " + refusal.get());
    }
    var steps = run(operations);
    var cause = new Entry.Cause.Asked(ask.id());
    boolean journaled = isJournaled(steps, ask);
    persist(
        cause,
        steps,
        ask,
        () -> {
          answer(ask, answered(steps, journaled));
          if (journaled) {
            after(steps);
          }
        });
  }

  private List<Entry.Step> run(List<Operation> operations) {
    var steps = new ArrayList<Entry.Step>(operations.size());
    for (Operation operation : operations) {
      steps.add(step(operation));
      while (iommu.progress() == QueueProgress.MORE) {
        steps.add(step(new Operation.Continue()));
      }
    }
    return steps;
  }

  private Entry.Step.OfIommu step(Operation operation) {
    cluster.transitions.queue(iommu, operation);
    var facts = new ArrayList<Fact>(4);
    Reply reply = iommu.execute(operation, fact -> keep(facts, fact));
    return new Entry.Step.OfIommu(operation, reply, facts);
  }

  private static void keep(List<Fact> facts, Fact fact) {
    if (fact instanceof Fact.Lasting || fact instanceof Fact.Outcome) {
      facts.add(fact);
    }
  }

  private void after(List<Entry.Step> steps) {
    watchers.publish(number, steps);
    tellNew();
  }

  // ---- to devices ---------------------------------------------------------------------------

  private void tellNew() {
    for (var gone : peers.takeEnded()) {
      tell(gone.device, message(gone, false, new Delivery.Ended()));
    }
    peers.all().forEach(peer -> tell(peer, peer.told));
  }

  private void tellAgain(int sourceId) {
    var peer = peers.find(sourceId);
    if (peer != null) {
      peer.waits = false;
      peer.attempts++;
      if (tellsAgain()) {
        tell(peer, 0);
      }
    }
  }

  /** A command is told until it is answered. */
  @Guard(value = "fleet-commands-told-again", without = "false")
  boolean tellsAgain() {
    return true;
  }

  private void tell(Peers.Peer peer, long after) {
    var unanswered = iommu.view().unanswered(peer.sourceId);
    if (unanswered.isEmpty()) {
      return;
    }
    boolean leaving =
        iommu.view().devices().stream()
            .anyMatch(it -> it.sourceId() == peer.sourceId && it.detaching());
    for (var it : unanswered) {
      if (it.id() > after) {
        tell(
            peer.device,
            message(peer, leaving, new Delivery.Posted(it.id(), it.previous(), it.command())));
        peer.told = Math.max(peer.told, it.id());
      }
    }
    if (!peer.waits) {
      peer.waits = true;
      timer(
          backOff(peer.attempts),
          new Message.Timer(Message.Timer.Kind.TELL_AGAIN, peer.sourceId, 0, 0));
    }
  }

  private Message.ToDevice message(Peers.Peer peer, boolean leaving, Delivery delivery) {
    return new Message.ToDevice(entity, peer.sourceId, peer.epoch, leaving, delivery);
  }

  // ---- from devices -------------------------------------------------------------------------

  private void report(Message.ToIommu message) {
    var peer = peers.find(message.sourceId());
    boolean holds = isHolder(peer, message);
    if (holds && peer != null) {
      peer.attempts = 0;
    }
    Report report = message.report();
    cluster.transitions.report(iommu.view(), message.sourceId(), holds, report);
    if (holds && peer != null && isWritten(peer, report)) {
      back(message, new Delivery.Accessed(((Report.Question) report).ask(), true, new byte[0]));
    } else if (holds && peer != null && report instanceof Report.Withheld withheld) {
      arm(peer, withheld.id());
    } else {
      perform(message, holds);
    }
  }

  /** The attachment belongs to the device that speaks. */
  @Guard(value = "fleet-attachment-has-one-holder", without = "true")
  private boolean isHolder(Peers.Peer peer, Message.ToIommu message) {
    return peer != null && peer.epoch == message.epoch() && peer.device == message.device();
  }

  /** A DMA writes once, however often it is asked for. */
  @Guard(value = "fleet-dma-writes-once", without = "false")
  private boolean isWritten(Peers.Peer peer, Report report) {
    return report instanceof Report.Question question && peer.writtenAsks.contains(question.ask());
  }

  private void perform(Message.ToIommu message, boolean holds) {
    Report report = message.report();
    var operations =
        DeviceLink.operations(iommu.view(), message.sourceId(), message.epoch(), holds, report);
    if (operations.isEmpty()) {
      answerUnperformed(message);
      return;
    }
    var steps = run(operations);
    var cause =
        new Entry.Cause.Reported(message.device(), message.sourceId(), message.epoch(), report);
    persist(
        cause,
        steps,
        null,
        () -> {
          long generation = iommu.view().generation(message.sourceId());
          var reply = ((Entry.Step.OfIommu) steps.getFirst()).reply();
          var answer = DeviceLink.answer(report, reply, generation);
          if (answer != null) {
            back(message, answer);
          }
          after(steps);
        });
  }

  private void answerUnperformed(Message.ToIommu message) {
    var answer = DeviceLink.answer(message.report(), null, 0);
    if (answer != null) {
      back(message, answer);
    }
  }

  private void back(Message.ToIommu message, Delivery delivery) {
    tell(
        message.device(),
        new Message.ToDevice(entity, message.sourceId(), message.epoch(), false, delivery));
  }

  // ---- time-out -----------------------------------------------------------------------------

  private void arm(Peers.Peer peer, long command) {
    boolean open = isUnanswered(peer.sourceId, command);
    if (open && peer.withheld.add(command)) {
      timer(
          Timing.INVALIDATION,
          new Message.Timer(Message.Timer.Kind.EXPIRED, peer.sourceId, peer.epoch, command));
    }
  }

  private void expire(int sourceId, long epoch, long command) {
    if (iommu.view().isAttached(sourceId, epoch) && isUnanswered(sourceId, command)) {
      var steps = run(List.of(new Operation.ExpireInvalidations(sourceId)));
      persist(new Entry.Cause.Own("invalidation time-out"), steps, null, () -> after(steps));
    }
  }

  private boolean isUnanswered(int sourceId, long command) {
    return iommu.view().unanswered(sourceId).stream().anyMatch(it -> it.id() == command);
  }
}
