package dev.iommufleet.actors;

import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.persistence.mapping.Operations;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Observe;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import dev.iommufleet.protocol.api.v1.Reply;
import dev.iommufleet.protocol.cluster.v1.LinkToIommu;
import dev.iommufleet.protocol.journal.v1.ClientRequest;
import dev.iommufleet.protocol.journal.v1.PeerMessage;
import dev.iommufleet.protocol.journal.v1.TimerFired;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A request on its way through the entity: what is asked, how far it came, who waits for it. */
final class Run {
  final List<dev.iommufleet.protocol.api.v1.Operation> messages;

  /** In the place of an await: null. */
  final List<Operation> operations;

  /** Without id: the default message; without digest until somebody asks for it. */
  private ClientRequest client;

  final Observe observe;
  final boolean wantSoftHash;
  final List<Caller> callers = new ArrayList<>(1);
  final List<Reply> replies;

  /** Facts for the answer, as far as they were asked for and fit. */
  final List<OperationFacts> observed = new ArrayList<>(0);

  int observedBytes;
  boolean observedTruncated;

  /** Index of the next operation. */
  int next;

  /** Sequence number of the entry that holds the operations; 0: none yet. */
  long requestEntry;

  /** The await at {@link #next} goes on although its condition does not hold. */
  boolean deadlinePassed;

  /**
   * The queue parked under the previous operation, and this profile waits for it. Ends with the
   * first entry, of whatever request, that leaves the queue unparked.
   */
  boolean waitsForQueue;

  /** The operation at {@link #next} has run, but the queue has not ended what it began; or null. */
  Reply begun;

  /** The entry of another entity that made this; null: none did. */
  PeerMessage peer;

  /** The timer that made this; null: none did. */
  TimerFired timer;

  /** What is to be answered; null: this is no device's report, or one from before a restart. */
  LinkToIommu report;

  /** Executed and not journaled yet; null between segments. */
  Segment segment;

  private Run(
      List<dev.iommufleet.protocol.api.v1.Operation> messages,
      ClientRequest client,
      Observe observe,
      boolean wantSoftHash) {
    this.messages = messages;
    this.client = client;
    this.observe = observe;
    this.wantSoftHash = wantSoftHash;
    this.operations = new ArrayList<>(messages.size());
    this.replies = new ArrayList<>(messages.size());
    for (var message : messages) {
      operations.add(message.hasAwait() ? null : Operations.read(message));
    }
  }

  /**
   * @throws dev.iommufleet.persistence.mapping.MalformedException an operation is none
   */
  static Run of(ExecuteRequest request, ClientRequest client) {
    return new Run(
        request.getOperationsList(), client, request.getObserve(), request.getWantSoftHash());
  }

  /** A request that an earlier incarnation began. Its facts are in the journal, not here. */
  static Run resumed(
      List<dev.iommufleet.protocol.api.v1.Operation> messages,
      ClientRequest client,
      long requestEntry) {
    var run = new Run(messages, client, Observe.OBSERVE_REPLIES, false);
    run.requestEntry = requestEntry;
    run.observedTruncated = true;
    return run;
  }

  /** What a device's report, or a timer, means to the hardware. */
  static Run own(List<Operation> operations) {
    return new Run(
        operations.stream().map(Operations::write).toList(),
        ClientRequest.getDefaultInstance(),
        Observe.OBSERVE_REPLIES,
        false);
  }

  /** Without the awaits. */
  List<Operation> hardwareOperations() {
    return operations.stream().filter(Objects::nonNull).toList();
  }

  boolean finished() {
    return next == messages.size();
  }

  /** The await that comes next; null when an operation of the hardware does. */
  Await await() {
    return !finished() && operations.get(next) == null ? messages.get(next).getAwait() : null;
  }

  void answer(Reply reply) {
    replies.add(reply);
    next++;
    begun = null;
  }

  boolean observesFacts() {
    return observe == Observe.OBSERVE_FACTS || observesTraces();
  }

  boolean observesTraces() {
    return observe == Observe.OBSERVE_TRACES;
  }

  /** With the digest where there is an id. */
  ClientRequest client() {
    if (hasId() && client.getDigest().isEmpty()) {
      client = client.toBuilder().setDigest(RequestCheck.digest(messages)).build();
    }
    return client;
  }

  boolean hasId() {
    return !client.getSession().isEmpty();
  }

  /** The first of its session: no entry knows the session yet. */
  boolean opensSession() {
    return hasId() && client.getSequence() == 1;
  }

  /** Whether this is the request with the other's session and sequence. */
  boolean sameId(ClientRequest other) {
    return hasId()
        && client.getSession().equals(other.getSession())
        && client.getSequence() == other.getSequence();
  }

  ExecuteResponse.Builder response() {
    return ExecuteResponse.newBuilder()
        .addAllReplies(replies)
        .addAllFacts(observed)
        .setFactsTruncated(observedTruncated && observesFacts());
  }
}
