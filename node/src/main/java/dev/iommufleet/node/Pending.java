package dev.iommufleet.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.ShardingEnvelope;
import dev.iommufleet.actors.Departures;
import dev.iommufleet.actors.EntityCommand;
import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Requests that wait for an entity. A message can be lost while a shard moves, so a request whose
 * repeat does no harm is sent again; and none is left waiting when the node leaves its cluster.
 */
final class Pending {
  /** How often it is looked for what was lost. */
  static final Duration LOOK = Duration.ofMillis(250);

  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Messages get lost then; at other times a late answer is far more likely. */
  private static final long FIRST_NANOS_OF_MOVES = TimeUnit.MILLISECONDS.toNanos(400);

  private static final int MOST_DOUBLINGS = 1;

  private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

  /** One request; {@code again}: its repeat does no harm. */
  static final class Waiting {
    final CompletableFuture<EntityReply> answer = new CompletableFuture<>();
    private final ActorRef<ShardingEnvelope<EntityCommand>> entities;
    private final boolean again;
    private volatile ShardingEnvelope<EntityCommand> message;
    private int attempts;
    private long sentNanos = System.nanoTime();

    Waiting(ActorRef<ShardingEnvelope<EntityCommand>> entities, boolean again) {
      this.entities = entities;
      this.again = again;
    }

    /** What is sent, and sent again. */
    ShardingEnvelope<EntityCommand> sends(ShardingEnvelope<EntityCommand> envelope) {
      message = again ? envelope : null;
      return envelope;
    }

    private void look(long now, boolean moves) {
      if (message != null && now - sentNanos >= pauseNanos(attempts, moves)) {
        entities.tell(message);
        sentNanos = now;
        attempts++;
      }
    }
  }

  /**
   * How long an answer is waited for before the request is sent again.
   *
   * @param attempts how often it was sent again
   * @param moves shards are on the way because a member leaves
   */
  static long pauseNanos(int attempts, boolean moves) {
    return (moves ? FIRST_NANOS_OF_MOVES : FIRST_NANOS) << Math.min(attempts, MOST_DOUBLINGS);
  }

  void add(Waiting request) {
    waiting.add(request);
  }

  void remove(Waiting request) {
    waiting.remove(request);
  }

  /** Looks for what was lost until the system ends. */
  void watch(ActorSystem<?> system) {
    var departures = Departures.get(system);
    system
        .scheduler()
        .scheduleWithFixedDelay(
            LOOK, LOOK, () -> lookForLost(departures.any()), system.executionContext());
  }

  private void lookForLost(boolean moves) {
    long now = System.nanoTime();
    waiting.forEach(request -> request.look(now, moves));
  }

  /** Nobody will answer any more. */
  void endAll(Refusal why) {
    var failure = new RefusedException(why);
    waiting.forEach(request -> request.answer.completeExceptionally(failure));
  }
}
