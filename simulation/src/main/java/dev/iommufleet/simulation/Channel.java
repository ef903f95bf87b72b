package dev.iommufleet.simulation;

import dev.iommufleet.hardware.StateHash;
import java.util.ArrayDeque;

/** Messages from one component to another, in order. Each end changes terms of its own. */
final class Channel<M> {
  private static final long TAG_MESSAGE = 1;
  private static final long TAG_TAKEN = 2;
  private static final long TAG_ABOUT = 3;

  /**
   * What goes with a message.
   *
   * @param epoch that it belongs to
   * @param leaving its sender waits for the receiver to leave anyway
   * @param incarnation of the sender, where that matters
   */
  record About(long epoch, boolean leaving, int incarnation) {
    long hash() {
      return StateHash.mix(TAG_ABOUT, epoch, (leaving ? 1 : 0) | incarnation << 1);
    }
  }

  /** {@code position}: how many were sent before. */
  record Envelope<M>(long position, About about, M message, long hash) {
    long epoch() {
      return about.epoch();
    }

    boolean leaving() {
      return about.leaving();
    }
  }

  private final long number;
  private final ArrayDeque<Envelope<M>> messages;
  private long sent;
  private long taken;
  private long hash;

  Channel(int number) {
    this.number = number;
    messages = new ArrayDeque<>(4);
  }

  private Channel(Channel<M> other) {
    number = other.number;
    messages = new ArrayDeque<>(other.messages);
    sent = other.sent;
    taken = other.taken;
    hash = other.hash;
  }

  Channel<M> fork() {
    return new Channel<>(this);
  }

  /** What is under way, and how many messages went before: each end adds terms of its own. */
  long hash() {
    return hash;
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  int size() {
    return messages.size();
  }

  Envelope<M> first() {
    return messages.getFirst();
  }

  Iterable<Envelope<M>> all() {
    return messages;
  }

  void send(About about, M message, long messageHash) {
    long messageTerm = StateHash.mix(TAG_MESSAGE, about.hash(), messageHash);
    var envelope = new Envelope<>(sent++, about, message, messageTerm);
    messages.addLast(envelope);
    hash += term(envelope);
  }

  Envelope<M> take() {
    return taken(messages.removeFirst());
  }

  private Envelope<M> taken(Envelope<M> envelope) {
    hash -= term(envelope);
    hash -= StateHash.mix(TAG_TAKEN, number, taken);
    taken++;
    hash += StateHash.mix(TAG_TAKEN, number, taken);
    return envelope;
  }

  /** The first message of a later incarnation than the oldest's; null: there is none. */
  Envelope<M> later() {
    for (Envelope<M> envelope : messages) {
      if (envelope.about().incarnation() > messages.getFirst().about().incarnation()) {
        return envelope;
      }
    }
    return null;
  }

  /** What was sent before a crash may come behind what was sent after it. */
  boolean mayOvertake() {
    return later() != null;
  }

  Envelope<M> overtake() {
    Envelope<M> envelope = later();
    messages.remove(envelope);
    return taken(envelope);
  }

  private long term(Envelope<M> envelope) {
    return StateHash.mix(TAG_MESSAGE, number << 32 | envelope.position(), envelope.hash());
  }
}
