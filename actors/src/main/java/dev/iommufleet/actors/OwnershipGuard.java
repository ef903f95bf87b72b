package dev.iommufleet.actors;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import dev.iommufleet.protocol.cluster.v1.OwnershipPing;
import dev.iommufleet.protocol.cluster.v1.OwnershipPong;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Asks the other nodes, over and over, whether this one is still one of them, and answers the same
 * question. What a majority of those who vote has said is in {@link OwnershipState}. [I9]
 */
public final class OwnershipGuard extends AbstractBehavior<Object> {
  private static final String NAME = "ownership";

  /** Rounds whose answers may still come. */
  private static final int ROUNDS = 64;

  private static final Set<MemberStatus> BELONGS =
      Set.of(MemberStatus.up(), MemberStatus.leaving(), MemberStatus.exiting());

  private final Terms terms;
  private final Cluster cluster;
  private final ActorRefResolver references;
  private final Map<Address, ActorRef<Object>> guards = new HashMap<>();
  private final Map<Long, Round> rounds = new LinkedHashMap<>();
  private long lastRound;
  private boolean wasCertain;

  /**
   * @param pingMillis between two rounds
   * @param majority so many voters, this node counted if it votes
   * @param voter role of those who vote
   * @param grpc this node's gRPC server, for those who ask
   * @param addresses gRPC servers of other nodes, as they said
   */
  public record Terms(
      int pingMillis,
      int majority,
      String voter,
      Supplier<String> grpc,
      OwnershipState state,
      ConcurrentHashMap<Long, String> addresses) {}

  private record Tick() {}

  private static final class Round {
    final long askedNanos;
    final Set<Long> yes = new HashSet<>();
    boolean settled;

    Round(long askedNanos) {
      this.askedNanos = askedNanos;
    }
  }

  private OwnershipGuard(ActorContext<Object> context, Terms terms) {
    super(context);
    this.terms = terms;
    this.cluster = Cluster.get(context.getSystem());
    this.references = ActorRefResolver.get(context.getSystem());
  }

  /** Starts the guard of this node, on threads that requests do not use. */
  public static void start(ActorSystem<?> system, Terms terms) {
    system.systemActorOf(
        create(terms), NAME, DispatcherSelector.fromConfig("akka.actor.internal-dispatcher"));
  }

  private static Behavior<Object> create(Terms terms) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(
                      new Tick(), Duration.ZERO, Duration.ofMillis(terms.pingMillis));
                  return new OwnershipGuard(context, terms);
                }));
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder()
        .onMessage(Tick.class, _ -> ask())
        .onMessage(OwnershipPing.class, this::answer)
        .onMessage(OwnershipPong.class, this::answered)
        .build();
  }

  private long uid() {
    return cluster.selfMember().uniqueAddress().longUid();
  }

  private Behavior<Object> ask() {
    long number = ++lastRound;
    rounds.put(number, new Round(System.nanoTime()));
    rounds.keySet().removeIf(old -> old <= number - ROUNDS);
    var ping =
        OwnershipPing.newBuilder()
            .setFromAddress(cluster.selfMember().address().toString())
            .setFromUid(uid())
            .setRound(number)
            .build();
    var present = new HashSet<Address>();
    for (var member : cluster.state().getMembers()) {
      present.add(member.address());
      if (member.uniqueAddress().longUid() != uid()) {
        guards.computeIfAbsent(member.address(), this::guard).tell(ping);
      }
    }
    guards.keySet().retainAll(present);
    count(number);
    tellChange();
    return this;
  }

  private ActorRef<Object> guard(Address address) {
    return guard(address.toString());
  }

  private ActorRef<Object> guard(String address) {
    return references.resolveActorRef(address + "/system/" + NAME);
  }

  // ---- answers -----------------------------------------------------------------------------

  private Behavior<Object> answer(OwnershipPing ping) {
    var state = cluster.state();
    boolean member =
        members(state.getMembers())
            .filter(it -> it.uniqueAddress().longUid() == ping.getFromUid())
            .anyMatch(it -> BELONGS.contains(it.status()) && !state.getUnreachable().contains(it));
    guard(ping.getFromAddress())
        .tell(
            OwnershipPong.newBuilder()
                .setToUid(ping.getFromUid())
                .setFromUid(uid())
                .setRound(ping.getRound())
                .setYes(member && votes(cluster.selfMember()))
                .setSettled(terms.state.settled(System.nanoTime()))
                .setGrpc(terms.grpc.get())
                .build());
    return this;
  }

  private Behavior<Object> answered(OwnershipPong pong) {
    terms.addresses.put(pong.getFromUid(), pong.getGrpc());
    var round = rounds.get(pong.getRound());
    if (round != null && pong.getYes() && pong.getToUid() == uid()) {
      round.yes.add(pong.getFromUid());
      round.settled |= pong.getSettled();
      count(pong.getRound());
    }
    return this;
  }

  /** Whether those who said yes, and this node itself, are enough. */
  private void count(long number) {
    var round = rounds.get(number);
    var self = cluster.selfMember();
    var voters =
        members(cluster.state().getMembers())
            .filter(this::votes)
            .map(member -> member.uniqueAddress().longUid())
            .collect(Collectors.toSet());
    long yes = round.yes.stream().filter(voters::contains).count() + (votes(self) ? 1 : 0);
    if (yes >= terms.majority && BELONGS.contains(self.status())) {
      terms.state.confirm(round.askedNanos, round.settled);
    }
  }

  private static Stream<Member> members(Iterable<Member> members) {
    return StreamSupport.stream(members.spliterator(), false);
  }

  private boolean votes(Member member) {
    return BELONGS.contains(member.status()) && member.hasRole(terms.voter);
  }

  private void tellChange() {
    boolean certain = terms.state.certain();
    if (certain != wasCertain) {
      wasCertain = certain;
      var now = Instant.now();
      terms.state.changed(now.getEpochSecond() * 1_000_000_000L + now.getNano());
      var log = getContext().getLog();
      if (certain) {
        log.info("a majority of the nodes says that this one belongs to it");
      } else {
        log.warn(
            "no majority has said for a while that this node belongs to it: it refuses until one"
                + " does");
      }
    }
  }
}
