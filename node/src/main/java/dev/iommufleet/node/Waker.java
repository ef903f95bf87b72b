package dev.iommufleet.node;

import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ClusterEvent.MemberEvent;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import dev.iommufleet.actors.Departures;
import java.time.Duration;

/**
 * Lets one node, the leader (all others while that is about to leave), wake those who owe
 * something: when it begins, soon after each change of the membership, and now and then. Those
 * whose shard was moved without either are found by the last.
 */
final class Waker extends AbstractBehavior<Waker.Message> {
  /** Changes come in groups; shards of a node that is lost move behind them. */
  private static final Duration AFTER_CHANGE = Duration.ofSeconds(1);

  private static final int RARELY = 12;
  private static final String SOON = "soon";

  /** What happens. */
  sealed interface Message {}

  private record Now() implements Message {}

  private record Changed(MemberEvent event) implements Message {}

  private final TimerScheduler<Message> timers;
  private final Owing owing;
  private final Cluster cluster;
  private final Departures departures;
  private int ticks;

  private Waker(
      ActorContext<Message> context, TimerScheduler<Message> timers, Owing owing, int everyMillis) {
    super(context);
    this.timers = timers;
    this.owing = owing;
    this.cluster = Cluster.get(context.getSystem());
    this.departures = Departures.get(context.getSystem());
    var changes = context.messageAdapter(MemberEvent.class, Changed::new);
    cluster.subscriptions().tell(Subscribe.create(changes, MemberEvent.class));
    timers.startTimerWithFixedDelay(new Now(), Duration.ZERO, Duration.ofMillis(everyMillis));
  }

  static void start(Gateway gateway, Owing owing, int everyMillis) {
    Behavior<Message> behavior =
        Behaviors.setup(
            context ->
                Behaviors.withTimers(timers -> new Waker(context, timers, owing, everyMillis)));
    gateway.system().systemActorOf(behavior, "waker", Props.empty());
  }

  /** A leader that is about to leave takes no requests, of nobody. */
  private boolean wakes() {
    var leader = cluster.state().getLeader();
    return leader != null
        && (leader.equals(cluster.selfMember().address()) || departures.contains(leader));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Message> on(Message message) {
    switch (message) {
      case Changed _ -> timers.startSingleTimer(SOON, new Now(), AFTER_CHANGE);
      case Now() -> {
        if (wakes() || ++ticks % RARELY == 0) {
          owing.wake();
        }
      }
    }
    return this;
  }
}
