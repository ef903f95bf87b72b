package dev.iommufleet.actors;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Which members are about to leave, as they have told all others. Akka itself knows of it only when
 * it is too late to take their shards off them one after the other.
 */
public final class Departures implements Extension {
  private static final ServiceKey<Object> KEY = ServiceKey.create(Object.class, "departing");

  private static final ExtensionId<Departures> ID =
      new ExtensionId<>() {
        @Override
        public Departures createExtension(ActorSystem<?> system) {
          return new Departures(system);
        }
      };

  private final ActorSystem<?> system;
  private final AtomicBoolean announced = new AtomicBoolean();
  private volatile Set<Address> departing = Set.of();

  private Departures(ActorSystem<?> system) {
    this.system = system;
    system.systemActorOf(watch(), "departures", Props.empty());
  }

  public static Departures get(ActorSystem<?> system) {
    return ID.apply(system);
  }

  private Behavior<Receptionist.Listing> watch() {
    return Behaviors.setup(
        context -> {
          system.receptionist().tell(Receptionist.subscribe(KEY, context.getSelf()));
          return Behaviors.receiveMessage(
              listing -> {
                departing =
                    listing.getAllServiceInstances(KEY).stream()
                        .map(ActorRef::path)
                        .map(path -> whole(path.address()))
                        .collect(Collectors.toUnmodifiableSet());
                return Behaviors.same();
              });
        });
  }

  /** This node leaves soon: others hear of it within a second or two. There is no way back. */
  public void announce() {
    if (announced.compareAndSet(false, true)) {
      system.systemActorOf(herald(), "departing", Props.empty());
    }
  }

  private Behavior<Object> herald() {
    return Behaviors.setup(
        context -> {
          system.receptionist().tell(Receptionist.register(KEY, context.getSelf()));
          return Behaviors.empty();
        });
  }

  /** Whether some member has said that it leaves, and still is one. */
  public boolean any() {
    return !departing.isEmpty();
  }

  /** {@code address} may be that of a local reference, which has no host. */
  public boolean contains(Address address) {
    return departing.contains(whole(address));
  }

  /** Whether some other member will stay, as far as is known. */
  public boolean somebodyStays() {
    var cluster = Cluster.get(system);
    var self = cluster.selfMember().address();
    return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
        .filter(member -> member.status().equals(MemberStatus.up()))
        .map(Member::address)
        .anyMatch(address -> !address.equals(self) && !departing.contains(address));
  }

  /** Whether no member is suspected: each of them has to agree to each move of a shard. */
  public boolean allReachable() {
    return Cluster.get(system).state().getUnreachable().isEmpty();
  }

  private Address whole(Address address) {
    return address.hasGlobalScope() ? address : Cluster.get(system).selfMember().address();
  }
}
