package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.device.DeviceFact;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A model of what actors do around a machine: one message at a time, one entry for what came of it,
 * nothing out before the entry is in the journal, and a new machine from the journal when anything
 * went wrong. Each guard of the protocol is a method of its own.
 */
abstract class Shell {
  final Cluster cluster;
  final int entity;
  final Node node;

  /** Of the process that it runs in. */
  final Agenda.Place place;

  /** Of the last entry. */
  long number;

  RequestMemory memory = new RequestMemory();

  /** From one recovery to the next; later ones have higher numbers. */
  private long instance;

  private final ArrayDeque<Message> stash = new ArrayDeque<>();

  /** Those whose entry is being written. Outlives the instance. */
  private final List<Message.Ask> unanswered = new ArrayList<>(1);

  private boolean recovered;
  private boolean writing;
  private boolean stopped;
  private Runnable whenStopped;

  Shell(Cluster cluster, int entity, Node node) {
    this.cluster = cluster;
    this.entity = entity;
    this.node = node;
    this.place = node.place();
  }

  // ---- messages -----------------------------------------------------------------------------

  final void receive(Message message) {
    if (stopped) {
      return;
    }
    if (!recovered || isBusy()) {
      stash.add(message);
    } else {
      handle(message);
    }
  }

  /** Nothing is handled while an entry is being written. */
  @Guard(value = "fleet-one-message-at-a-time", without = "false")
  boolean isBusy() {
    return writing;
  }

  abstract void handle(Message message);

  private void drain() {
    while (recovered && !stopped && !isBusy() && !stash.isEmpty()) {
      handle(stash.remove());
    }
    if (whenStopped != null && !writing) {
      stop();
      whenStopped.run();
      whenStopped = null;
    }
  }

  /** The timer is void when this instance is. */
  final void timer(long micros, Message.Timer timer) {
    long mine = instance;
    cluster.agenda.at(
        cluster.agenda.now() + micros,
        place,
        StateKey.of(entity, timer.kind().ordinal(), timer.a() * 31 + timer.b()),
        () -> {
          if (isThisInstance(mine)) {
            receive(timer);
          }
        },
        () ->
            timer.kind() == Message.Timer.Kind.EXPIRED
                ? "a time-out of %s runs out".formatted(cluster.name(entity))
                : null);
  }

  /** As an actor's restart does: timers and callbacks of the instance before are void. */
  boolean isThisInstance(long one) {
    return one == instance && !stopped;
  }

  // ---- life ---------------------------------------------------------------------------------

  /** Reads the journal and goes on from there. */
  final void recover() {
    recovered = false;
    writing = false;
    instance = cluster.nextInstance();
    long mine = instance;
    var entries = cluster.journal.of(entity);
    var snapshot = cluster.journal.snapshot(entity);
    long behind = snapshot == null ? 0 : snapshot.number();
    cluster.journal.read(
        entity,
        entries.size() - behind,
        place,
        () -> {
          if (isThisInstance(mine)) {
            recoverNow();
          }
        });
  }

  private void recoverNow() {
    var snapshot = cluster.journal.snapshot(entity);
    number = 0;
    memory = new RequestMemory();
    begin();
    if (snapshot != null) {
      restore(snapshot);
      memory = snapshot.memory().copy();
      number = snapshot.number();
    }
    for (Entry entry : cluster.journal.of(entity)) {
      replay(entry);
    }
    recovered = true;
    cluster.see(new Seen.Recovered(entity, instance, number, stateHash()));
    unanswered.forEach(ask -> answer(ask, refused("the journal was not available")));
    unanswered.clear();
    afterRecovery();
    drain();
  }

  /** Makes an entry true, once. */
  final void replay(Entry entry) {
    if (isNew(entry)) {
      apply(entry);
      number = entry.number();
      remember(entry);
    }
  }

  /** What a snapshot has, and what was applied, is not applied again. */
  @Guard(value = "fleet-entry-applied-once", without = "true")
  boolean isNew(Entry entry) {
    return entry.number() > number;
  }

  private void remember(Entry entry) {
    if (entry.cause() instanceof Entry.Cause.Asked asked) {
      memory.remember(asked, entry.number());
    }
  }

  /** A machine as at its creation. */
  abstract void begin();

  abstract void restore(Journal.Snapshot snapshot);

  abstract void apply(Entry entry);

  /** What is owed is told. */
  abstract void afterRecovery();

  abstract Journal.Snapshot snapshot();

  abstract long stateHash();

  final boolean isRecovered() {
    return recovered && !stopped;
  }

  /** Whether an entry is being written. */
  final boolean isWriting() {
    return writing;
  }

  /** Leaves when the entry that is being written is there; {@code then} is told. */
  final void leave(Runnable then) {
    whenStopped = then;
    stash.clear();
    drain();
  }

  final void stop() {
    stopped = true;
    recovered = false;
  }

  // ---- entries ------------------------------------------------------------------------------

  /** Writes what came of a message; then, and only then, lets {@code outputs} out. */
  final void persist(Entry.Cause cause, List<Entry.Step> steps, Message.Ask ask, Runnable outputs) {
    if (!isJournaled(steps, ask)) {
      outputs.run();
      return;
    }
    if (!mayWrite()) {
      node.stepDown();
      return;
    }
    var entry = new Entry(entity, number + 1, instance, node.index, cause, steps, stateHash());
    cluster.see(new Seen.Writes(entity, node.index, cluster.owns(node, entity)));
    writing = true;
    if (ask != null) {
      unanswered.add(ask);
    }
    boolean early = !waitsForJournal();
    if (early) {
      number = entry.number();
      outputs.run();
    }
    long mine = instance;
    cluster.journal.write(
        entry,
        place,
        ok -> {
          if (isThisInstance(mine)) {
            written(entry, ok, early ? () -> {} : outputs);
          }
        });
  }

  private void written(Entry entry, boolean ok, Runnable outputs) {
    if (!ok && isThrownAway()) {
      // Stashed messages go with the instance; who sent them sends them again.
      stash.clear();
      if (whenStopped != null) {
        drainStopping();
        return;
      }
      recovered = false;
      instance = cluster.nextInstance();
      long mine = instance;
      cluster.agenda.quietly(
          cluster.agenda.now() + Timing.RESTART_BACKOFF,
          place,
          StateKey.of(entity, 3, 0),
          () -> {
            if (isThisInstance(mine)) {
              recover();
            }
          });
      return;
    }
    writing = false;
    number = entry.number();
    unanswered.clear();
    remember(entry);
    noted(entry);
    outputs.run();
    if (number % cluster.config.snapshotEvery() == 0) {
      cluster.journal.save(entity, snapshot());
    }
    drain();
  }

  private void drainStopping() {
    writing = false;
    drain();
  }

  /** What the shell itself keeps of an entry that it has written. */
  abstract void noted(Entry entry);

  final boolean isJournaled(List<Entry.Step> steps, Message.Ask ask) {
    return mustJournal(steps) || ask != null && opensSession(ask);
  }

  /** The first request of a session has an entry, so that a session is known as long as it is. */
  @Guard(value = "fleet-session-begins-with-an-entry", without = "false")
  private boolean opensSession(Message.Ask ask) {
    return !memory.knows(ask);
  }

  /** What changes something that lasts has an entry. */
  @Guard(value = "fleet-lasting-means-journaled", without = "false")
  boolean mustJournal(List<Entry.Step> steps) {
    return steps.stream().anyMatch(Shell::lasts);
  }

  private static boolean lasts(Entry.Step step) {
    return switch (step) {
      case Entry.Step.OfIommu s -> !s.facts().isEmpty();
      case Entry.Step.OfDevice s ->
          s.facts().stream().anyMatch(fact -> fact instanceof DeviceFact.Lasting);
    };
  }

  /** Persisted before answered. */
  @Guard(value = "fleet-persisted-before-answered", without = "false")
  boolean waitsForJournal() {
    return true;
  }

  /** After a failed write the machine is made anew from the journal. */
  @Guard(value = "fleet-failed-write-ends-the-machine", without = "false")
  boolean isThrownAway() {
    return true;
  }

  // ---- outputs ------------------------------------------------------------------------------

  /** False: nothing goes out any more, and this instance ends with its node. */
  final boolean goesOut() {
    if (!mayLetOut()) {
      node.stepDown();
      return false;
    }
    return true;
  }

  /** A node that may have lost ownership says nothing. */
  @Guard(value = "fleet-no-word-without-lease", without = "true")
  boolean mayLetOut() {
    return node.holdsLease();
  }

  /** A node that may have lost ownership writes nothing. */
  @Guard(value = "fleet-no-write-without-lease", without = "true")
  boolean mayWrite() {
    return node.holdsLease();
  }

  final Message.Answer refused(String why) {
    return new Message.Answer(entity, null, number, stateHash(), 0, List.of(), why);
  }

  final Message.Answer answered(List<Entry.Step> steps, boolean journaled) {
    var replies = new Entry(entity, number, instance, node.index, null, steps, 0).replies();
    return new Message.Answer(
        entity, null, number, stateHash(), journaled ? number : 0, replies, "");
  }

  /** Sends an answer on its way. */
  final void answer(Message.Ask ask, Message.Answer answer) {
    if (!goesOut()) {
      return;
    }
    var addressed =
        new Message.Answer(
            entity,
            ask.id(),
            answer.number(),
            answer.hash(),
            answer.entry(),
            answer.replies(),
            answer.refusal());
    cluster.see(new Seen.Answered(addressed, node.index, cluster.owns(node, entity)));
    cluster.network.toClient(this, ask, addressed);
  }

  final void tell(int receiver, Message message) {
    if (goesOut()) {
      cluster.see(new Seen.Told(entity, node.index, cluster.owns(node, entity), message));
      cluster.network.toEntity(this, instance, receiver, message);
    }
  }

  /** The stored answer of a request that is in the journal. */
  final void repeat(Message.Ask ask, long entryNumber) {
    long mine = instance;
    cluster.journal.read(
        entity,
        1,
        place,
        () -> {
          if (isThisInstance(mine)) {
            Entry entry = cluster.journal.of(entity).get((int) entryNumber - 1);
            answer(
                ask,
                new Message.Answer(
                    entity,
                    null,
                    entry.number(),
                    entry.stateHash(),
                    entry.number(),
                    entry.replies(),
                    ""));
          }
        });
  }

  static long backOff(int attempts) {
    return Math.min((long) Timing.RESEND_MIN << Math.min(attempts, 8), Timing.RESEND_MAX);
  }
}
