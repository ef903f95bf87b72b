package dev.iommufleet.simulation;

import dev.iommufleet.hardware.StateHash;
import java.util.ArrayDeque;

/** Messages from one component to another, in order. Each end changes terms of its own. */
final class Channel<M> {
  private static final long TAG_MESSAGE = 1;
  private static final long TAG_TAKEN = 2;

  /**
   * A message with the epoch it belongs to; {@code leaving}: its sender waits for the receiver to
   * leave anyway.
   */
  record Envelope<M>(long epoch, boolean leaving, M message, long hash) {}

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

  void send(long epoch, boolean leaving, M message, long messageHash) {
    long about = leaving ? ~epoch : epoch;
    var envelope =
        new Envelope<>(epoch, leaving, message, StateHash.mix(TAG_MESSAGE, about, messageHash));
    messages.addLast(envelope);
    hash += term(sent++, envelope);
  }

  Envelope<M> take() {
    var envelope = messages.removeFirst();
    hash -= term(taken, envelope);
    hash -= StateHash.mix(TAG_TAKEN, number, taken);
    taken++;
    hash += StateHash.mix(TAG_TAKEN, number, taken);
    return envelope;
  }

  /** The sender died with what it had sent. */
  void clear() {
    while (!messages.isEmpty()) {
      take();
    }
  }

  private long term(long position, Envelope<M> envelope) {
    return StateHash.mix(TAG_MESSAGE, number << 32 | position, envelope.hash());
  }
}
