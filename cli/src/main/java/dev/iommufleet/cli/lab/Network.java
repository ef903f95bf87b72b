package dev.iommufleet.cli.lab;

import dev.iommufleet.cli.CommandException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Hosts in network namespaces of this machine, joined by a bridge on which this process has an
 * address, too. Needs the rights to make namespaces (Linux, usually root) and iproute2.
 *
 * <p>A way from one host to another is cut by sending its frames to a hardware address that nobody
 * has: packets vanish without a word, in that direction only, and open connections stay open.
 */
public final class Network implements AutoCloseable {
  /** More than the largest lab, and few enough for one digit in names. */
  private static final int HOSTS_MOST = 9;

  private static final String NOBODY = "02:00:00:00:00:fe";

  /** From 10.77.0.0/16, by process, so that two labs on one machine do not meet. */
  private final int subnet;

  private final int hosts;
  private final Set<Way> cut = new LinkedHashSet<>();

  private record Way(int from, int to) {}

  private Network(int subnet, int hosts) {
    this.subnet = subnet;
    this.hosts = hosts;
  }

  /** Why this machine cannot have such a network; empty: it can. */
  public static Optional<String> missing() {
    var probe = "iommu-probe" + ProcessHandle.current().pid() % 10_000;
    var refused = Commands.failure("ip", "netns", "add", probe);
    if (refused.isEmpty()) {
      Commands.run("ip", "netns", "delete", probe);
    }
    return refused.map(
        why ->
            "partitions need network namespaces (Linux, root, iproute2), and 'ip netns add' says: "
                + why);
  }

  /**
   * @param hosts 1 to 9
   * @throws CommandException this machine does not allow it
   */
  public static Network open(int hosts) {
    if (hosts < 1 || hosts > HOSTS_MOST) {
      throw new IllegalArgumentException(hosts + " hosts; 1 to 9 are possible");
    }
    missing()
        .ifPresent(
            why -> {
              throw CommandException.refused("%s", why);
            });
    var network = new Network(1 + (int) (ProcessHandle.current().pid() % 250), hosts);
    try {
      network.build();
      return network;
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private void build() {
    close();
    Commands.run("ip", "link", "add", bridge(), "type", "bridge");
    Commands.run("ip", "address", "add", gateway() + "/24", "dev", bridge());
    Commands.run("ip", "link", "set", bridge(), "up");
    for (int host = 0; host < hosts; host++) {
      var space = space(host);
      Commands.run("ip", "netns", "add", space);
      Commands.run(
          "ip", "link", "add", port(host), "type", "veth", "peer", "name", "eth0", "netns", space);
      Commands.run("ip", "link", "set", port(host), "master", bridge(), "up");
      Commands.run("ip", "-n", space, "link", "set", "lo", "up");
      Commands.run("ip", "-n", space, "address", "add", address(host) + "/24", "dev", "eth0");
      Commands.run("ip", "-n", space, "link", "set", "eth0", "up");
    }
  }

  private String bridge() {
    return "iommu-b" + subnet;
  }

  private String port(int host) {
    return "iommu-p%d-%d".formatted(subnet, host);
  }

  private String space(int host) {
    return "iommu-lab-%d-%d".formatted(subnet, host);
  }

  /** Where this process is, as hosts see it. */
  public String gateway() {
    return "10.77.%d.1".formatted(subnet);
  }

  /**
   * @param host 0 to hosts - 1
   */
  public String address(int host) {
    return "10.77.%d.%d".formatted(subnet, host + 2);
  }

  /** What goes before a command line to run it there. */
  public List<String> prefix(int host) {
    return List.of("ip", "netns", "exec", space(host));
  }

  /** From now on nothing that {@code from} sends reaches {@code to}. */
  public void cut(int from, int to) {
    Commands.run(neighbour("replace", from, to, "lladdr", NOBODY, "nud", "permanent"));
    cut.add(new Way(from, to));
  }

  /** Neither way between those of one side and those of the other. */
  public void part(List<Integer> side, List<Integer> other) {
    for (int one : side) {
      for (int two : other) {
        cut(one, two);
        cut(two, one);
      }
    }
  }

  /** All ways are open again. */
  public void heal() {
    for (var way : List.copyOf(cut)) {
      Commands.run(neighbour("delete", way.from, way.to));
      cut.remove(way);
    }
  }

  private String[] neighbour(String verb, int from, int to, String... more) {
    var command = new ArrayList<>(List.of("ip", "-n", space(from), "neighbour", verb, address(to)));
    command.addAll(List.of("dev", "eth0"));
    command.addAll(List.of(more));
    return command.toArray(String[]::new);
  }

  /** Takes everything down; what is not there is not missed. */
  @Override
  public void close() {
    for (int host = 0; host < hosts; host++) {
      Commands.failure("ip", "netns", "delete", space(host));
      Commands.failure("ip", "link", "delete", port(host));
    }
    Commands.failure("ip", "link", "delete", bridge());
  }
}
