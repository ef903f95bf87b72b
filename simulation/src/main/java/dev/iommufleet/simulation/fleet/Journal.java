package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.Guard;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The journals of all entities: entries in the order of their numbers, each whole or not there.
 * Slow and failing at times. Outlives every node.
 */
final class Journal {
  private static final int STUCK_PERCENT = 30;

  private final Cluster cluster;
  private final List<List<Entry>> entries = new ArrayList<>();
  private final Snapshot[] snapshots;
  private final long[] writes;
  private final long[] reads;

  /** State behind entry {@code number}; what it is made of is the business of its shell. */
  record Snapshot(long number, List<?> facts, RequestMemory memory, Peers peers) {}

  Journal(Cluster cluster, int entities) {
    this.cluster = cluster;
    for (int i = 0; i < entities; i++) {
      entries.add(new ArrayList<>());
    }
    snapshots = new Snapshot[entities];
    writes = new long[entities];
    reads = new long[entities];
  }

  List<Entry> of(int entity) {
    return entries.get(entity);
  }

  /** Null: there is none. */
  Snapshot snapshot(int entity) {
    return snapshots[entity];
  }

  void save(int entity, Snapshot snapshot) {
    snapshots[entity] = snapshot;
  }

  // ---- writing ------------------------------------------------------------------------------

  /** {@code then}: whether the entry is there; not told to a process that is dead by then. */
  void write(Entry entry, Agenda.Place writer, Consumer<Boolean> then) {
    int entity = entry.entity();
    long count = writes[entity]++;
    long time = cluster.agenda.now() + delay(entity, count);
    cluster.agenda.quietly(
        time, Agenda.Place.OUTSIDE, entity, () -> commit(entry, writer, count, then));
  }

  private long delay(int entity, long count) {
    long usual =
        (long) Timing.WRITE_MIN
            + cluster.dice.below(Timing.WRITE_SPREAD, Dice.What.WRITE, entity, count);
    if (!cluster.disturbed(Disturbance.Kind.SLOW_JOURNAL, entity)) {
      return usual;
    }
    boolean stuck = cluster.dice.chance(STUCK_PERCENT, Dice.What.STUCK, entity, count);
    return stuck ? usual + Timing.STUCK : usual * Timing.SLOWER;
  }

  private void commit(Entry entry, Agenda.Place writer, long count, Consumer<Boolean> then) {
    int entity = entry.entity();
    boolean dead = !cluster.lives(writer);
    boolean fails =
        cluster.disturbed(Disturbance.Kind.FAILING_JOURNAL, entity)
            && cluster.dice.chance(50, Dice.What.WRITE_FAILS, entity, count);
    boolean interrupted = dead || fails;
    boolean reaches =
        !interrupted || cluster.dice.chance(50, Dice.What.WRITE_STORED, entity, count);
    boolean stored = reaches && isNext(entry);
    if (stored) {
      store(interrupted && !isAtomic() ? torn(entry) : entry);
    }
    boolean ok = stored && !fails;
    cluster.agenda.at(
        cluster.agenda.now(),
        writer,
        StateKey.of(entity, entry.number(), ok ? 1 : 0),
        () -> then.accept(ok),
        () ->
            "the journal of %s %s entry %d"
                .formatted(
                    cluster.name(entity),
                    ok ? "has" : stored ? "fails, and yet has" : "fails and has not",
                    entry.number()));
  }

  private void store(Entry entry) {
    entries.get(entry.entity()).add(entry);
    cluster.see(new Seen.Wrote(entry));
  }

  /** A number is used once, so of two writers one fails. */
  @Guard(value = "fleet-entry-number-used-once", without = "true")
  boolean isNext(Entry entry) {
    return entry.number() == entries.get(entry.entity()).size() + 1L;
  }

  /** An entry whose write was interrupted is there as a whole or not at all. */
  @Guard(value = "fleet-entry-whole-or-not", without = "false")
  boolean isAtomic() {
    return true;
  }

  private static Entry torn(Entry entry) {
    var half =
        entry.steps().stream()
            .map(
                step ->
                    (Entry.Step)
                        switch (step) {
                          case Entry.Step.OfIommu s ->
                              new Entry.Step.OfIommu(s.operation(), s.reply(), half(s.facts()));
                          case Entry.Step.OfDevice s ->
                              new Entry.Step.OfDevice(s.operation(), s.reply(), half(s.facts()));
                        })
            .toList();
    return new Entry(
        entry.entity(),
        entry.number(),
        entry.writer(),
        entry.node(),
        entry.cause(),
        half,
        entry.stateHash());
  }

  private static <F> List<F> half(List<F> facts) {
    return facts.subList(0, facts.size() / 2);
  }

  // ---- reading ------------------------------------------------------------------------------

  /** Calls {@code then} at the reader when {@code count} entries were read. */
  void read(int entity, long count, Agenda.Place reader, Runnable then) {
    long jitter = cluster.dice.below(Timing.READ, Dice.What.READ, entity, reads[entity]++);
    long time = Timing.READ + jitter + Timing.READ_ENTRY * count;
    cluster.agenda.quietly(
        cluster.agenda.now() + time, reader, StateKey.of(entity, count, 2), then);
  }
}
