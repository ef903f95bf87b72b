package dev.iommufleet.actors;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import dev.iommufleet.protocol.journal.v1.ClientRequest;
import dev.iommufleet.protocol.journal.v1.Session;
import dev.iommufleet.protocol.journal.v1.StoredReply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which requests were journaled, by their ids: a bounded window of each session, and a bounded
 * number of sessions, those used last. The answers themselves stay in the journal.
 */
final class RequestMemory {
  private final int sessionsMax;
  private final int requestsMax;

  /** A session was dropped to make room: one that is not known may have been known once. */
  private boolean displaced;

  /** Least recently used first. */
  private final Map<String, Window> windows = new LinkedHashMap<>(4, 0.75f, true);

  /**
   * A journaled request.
   *
   * @param entry of its last segment
   */
  record Remembered(long sequence, ByteString digest, long entry) {}

  private static final class Window {
    final ArrayDeque<Remembered> requests = new ArrayDeque<>(2);

    /** Highest sequence that was dropped from the window. */
    long forgotten;

    /** Not the one journaled first: a late copy of an old request must not displace a newer one. */
    void forgetLowest() {
      var lowest = Collections.min(requests, Comparator.comparingLong(Remembered::sequence));
      requests.remove(lowest);
      forgotten = Math.max(forgotten, lowest.sequence);
    }
  }

  RequestMemory(EntityLimits limits) {
    this.sessionsMax = limits.sessions();
    this.requestsMax = limits.requestsPerSession();
  }

  /**
   * The journaled request with this id; null: it is to be executed.
   *
   * @throws RefusedException the id is used otherwise, too old, or of a session unknown here
   */
  Remembered recall(ClientRequest request, List<? extends MessageLite> operations) {
    var window = windows.get(request.getSession());
    if (window == null) {
      begin(request);
      return null;
    }
    for (var it : window.requests) {
      if (it.sequence == request.getSequence()) {
        return same(it, request, operations);
      }
    }
    if (request.getSequence() <= window.forgotten) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_REQUEST_ID_TOO_OLD,
          "request %d of session '%s' is older than the %d journaled requests that are remembered"
                  .formatted(request.getSequence(), request.getSession(), requestsMax)
              + "; whether it was executed can be seen in the journal only");
    }
    return null;
  }

  /** A session may begin with its first request only; any other may have been executed before. */
  private void begin(ClientRequest request) {
    if (request.getSequence() != 1) {
      throw new RefusedException(
          Refusals.of(
              RefusalCode.REFUSAL_CODE_SESSION_UNKNOWN,
              "session '%s' is not known here and this is its request %d; begin a new one with 1"
                  .formatted(request.getSession(), request.getSequence()),
              Map.of("nothing_journaled", Boolean.toString(!displaced))));
    }
    window(request.getSession());
  }

  private static Remembered same(
      Remembered known, ClientRequest request, List<? extends MessageLite> operations) {
    if (!known.digest.equals(RequestCheck.digest(operations))) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_REQUEST_ID_REUSED,
          "request %d of session '%s' had other operations; each request needs its own sequence"
              .formatted(known.sequence, request.getSession()));
    }
    return known;
  }

  void remember(ClientRequest request, long entry) {
    var window = window(request.getSession());
    window.requests.add(new Remembered(request.getSequence(), request.getDigest(), entry));
    if (window.requests.size() > requestsMax) {
      window.forgetLowest();
    }
  }

  private Window window(String session) {
    var window = windows.computeIfAbsent(session, _ -> new Window());
    if (windows.size() > sessionsMax) {
      windows.remove(windows.keySet().iterator().next());
      displaced = true;
    }
    return window;
  }

  /** For a snapshot: without the answers. */
  List<Session> describe() {
    var sessions = new ArrayList<Session>();
    windows.forEach(
        (name, window) -> {
          var session = Session.newBuilder().setSession(name).setForgotten(window.forgotten);
          for (var it : window.requests) {
            session.addReplies(
                StoredReply.newBuilder()
                    .setSequence(it.sequence)
                    .setDigest(it.digest)
                    .setSequenceNumber(it.entry));
          }
          sessions.add(session.build());
        });
    return sessions;
  }

  boolean displaced() {
    return displaced;
  }

  void restore(List<Session> sessions, boolean displacedBefore) {
    for (var session : sessions) {
      var window = window(session.getSession());
      window.forgotten = session.getForgotten();
      for (var it : session.getRepliesList()) {
        window.requests.add(
            new Remembered(it.getSequence(), it.getDigest(), it.getSequenceNumber()));
      }
    }
    displaced |= displacedBefore;
  }
}
