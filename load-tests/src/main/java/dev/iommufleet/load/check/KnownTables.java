package dev.iommufleet.load.check;

import dev.iommufleet.protocol.load.v1.Binding;
import dev.iommufleet.protocol.load.v1.Claim;
import dev.iommufleet.protocol.load.v1.Mapping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one guest says of its page tables, by address space, and who uses them. */
final class KnownTables {
  private static final int PAGE_SHIFT = 12;

  /** Where a page leads, and where caches may still lead it. */
  private static final class Page {
    long address = -1;
    final Set<Long> dying = new HashSet<>(1);
    long retiredAddress = -1;
    String retiredBy = "";
  }

  /** Spaces that a function uses, and those that caches may still use. */
  private static final class User {
    final Set<Long> bound = new HashSet<>(1);
    final Set<Long> dying = new HashSet<>(1);
  }

  private final Map<Long, Map<Long, Page>> spaces = new HashMap<>();
  private final Map<Long, User> users = new HashMap<>();

  static long user(int sourceId, int pasid) {
    return (long) sourceId << 32 | pasid & 0xFFFF_FFFFL;
  }

  private static long user(Binding it) {
    return user(it.getSourceId(), it.hasPasid() ? it.getPasid() : -1);
  }

  // ---- claims ------------------------------------------------------------------------------

  /** What is true when the claim's operation begins. */
  void begin(Claim claim) {
    switch (claim.getKindCase()) {
      case MAPPED -> map(claim.getMapped());
      case UNMAPPED -> unmap(claim.getUnmapped());
      case BOUND ->
          users
              .computeIfAbsent(user(claim.getBound()), _ -> new User())
              .bound
              .add(claim.getBound().getSpace());
      case UNBOUND -> {
        var user = users.computeIfAbsent(user(claim.getUnbound()), _ -> new User());
        if (user.bound.remove(claim.getUnbound().getSpace())) {
          user.dying.add(claim.getUnbound().getSpace());
        }
      }
      case EMPTIED -> {
        users.clear();
        spaces.clear();
      }
      case RETIRED, RELEASED, KIND_NOT_SET -> {}
    }
  }

  /** What is true when the claim's operation has ended. */
  void end(Claim claim, String by) {
    switch (claim.getKindCase()) {
      case RETIRED -> retire(claim.getRetired(), by);
      case RELEASED -> {
        var user = users.get(user(claim.getReleased()));
        if (user != null) {
          user.dying.remove(claim.getReleased().getSpace());
        }
      }
      default -> {}
    }
  }

  private void map(Mapping it) {
    var pages = spaces.computeIfAbsent(it.getSpace(), _ -> new HashMap<>());
    for (long at = 0; at < it.getBytes(); at += 1 << PAGE_SHIFT) {
      var page = pages.computeIfAbsent(it.getIova() + at >>> PAGE_SHIFT, _ -> new Page());
      if (page.address != -1) {
        page.dying.add(page.address);
      }
      page.address = it.getAddress() + at;
    }
  }

  private void unmap(Mapping it) {
    var pages = spaces.getOrDefault(it.getSpace(), Map.of());
    for (long at = 0; at < it.getBytes(); at += 1 << PAGE_SHIFT) {
      var page = pages.get(it.getIova() + at >>> PAGE_SHIFT);
      if (page != null && page.address != -1) {
        page.dying.add(page.address);
        page.address = -1;
      }
    }
  }

  private void retire(Mapping it, String by) {
    var pages = spaces.getOrDefault(it.getSpace(), Map.of());
    for (long at = 0; at < it.getBytes(); at += 1 << PAGE_SHIFT) {
      var page = pages.get(it.getIova() + at >>> PAGE_SHIFT);
      if (page != null && !page.dying.isEmpty()) {
        page.retiredAddress = page.dying.iterator().next();
        page.retiredBy = by;
        page.dying.clear();
      }
    }
  }

  // ---- judging -----------------------------------------------------------------------------

  /** Whether anything is known of what a function sees. */
  boolean knows(int sourceId, int pasid) {
    return users.containsKey(user(sourceId, pasid));
  }

  /** Why a function must not reach this address; empty: it may. */
  List<String> against(int sourceId, int pasid, long iova, long address) {
    var user = users.get(user(sourceId, pasid));
    var reasons = new ArrayList<String>();
    for (long space : union(user)) {
      var page = spaces.getOrDefault(space, Map.of()).get(iova >>> PAGE_SHIFT);
      long wanted = address & -1L << PAGE_SHIFT;
      if (page == null) {
        reasons.add("space %d never had that page".formatted(space));
      } else if (page.address == wanted || page.dying.contains(wanted)) {
        return List.of();
      } else if (page.retiredAddress == wanted) {
        reasons.add(
            "space %d: the wait of the invalidation that covers it had completed in %s"
                .formatted(space, page.retiredBy));
      } else {
        reasons.add(
            "space %d leads there to %s"
                .formatted(space, page.address == -1 ? "nothing" : "%#x".formatted(page.address)));
      }
    }
    if (reasons.isEmpty()) {
      reasons.add("the function uses no address space any more");
    }
    return reasons;
  }

  private static Set<Long> union(User user) {
    var both = new HashSet<>(user.bound);
    both.addAll(user.dying);
    return both;
  }
}
