package dev.iommufleet.simulation.fleet;

import java.util.List;

/** What an observer outside sees, in the order in which it happens; checkers know nothing else. */
sealed interface Seen {

  /** An entry is in the journal. */
  record Wrote(Entry entry) implements Seen {}

  /** An entity is about to write; {@code owner}: as in {@link Answered}. */
  record Writes(int entity, int node, boolean owner) implements Seen {}

  /** A client makes a request, perhaps again. */
  record Asked(int entity, Message.Id id) implements Seen {}

  /** An entity answers; {@code owner}: its node has it, as only the observer knows. */
  record Answered(Message.Answer answer, int node, boolean owner) implements Seen {}

  /** An entity tells another. */
  record Told(int entity, int node, boolean owner, Message message) implements Seen {}

  /** A client got an answer; {@code wanted}: its first to a request that waits for it. */
  record Got(Message.Answer answer, boolean wanted) implements Seen {}

  /** An entity has read its journal. */
  record Recovered(int entity, long instance, long number, long hash) implements Seen {}

  // ---- what guests know ---------------------------------------------------------------------

  /** A frame is given to a page of an address space, before the tables say so. */
  record Mapped(int guest, int space, int frame, long generation) implements Seen {}

  /** An entry of a PASID table is about to name an address space. */
  record Bound(int guest, int slot, int pasid, int space) implements Seen {}

  /** The entry of a PASID is about to change; what waits promised of it before is void. */
  record Changed(int guest, int slot, int pasid) implements Seen {}

  /** The guest is about to submit a wait; what {@code cover} says is true when it completes. */
  record Submitted(int guest, int number, Cover cover) implements Seen {}

  /** The guest is about to reset the unit: waits that are open never complete. */
  record Resetting(int guest) implements Seen {}

  /** The guest read a fault record. */
  record FaultRead(int guest) implements Seen {}

  /** The guest says that something cannot be. */
  record Complained(int guest, String invariant, String what) implements Seen {}

  // ---- ends ---------------------------------------------------------------------------------

  /** Nothing is disturbed any more and everything had time. {@code busy}: guests that wait. */
  record Ended(List<Integer> busy) implements Seen {}

  /** At the end: a journal replayed from its first entry, and what runs. 0: nothing runs. */
  record Replayed(int entity, long number, long hash, long twice, long live) implements Seen {}
}
