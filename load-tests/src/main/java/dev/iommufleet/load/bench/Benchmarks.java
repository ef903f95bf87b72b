package dev.iommufleet.load.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All benchmarks, in the order in which they run. */
public final class Benchmarks {
  private Benchmarks() {}

  /** Those that need nothing but this process. {@code captures}: a folder to replay, too. */
  public static List<Benchmark> ofModel(Optional<Path> captures) {
    var all = new ArrayList<>(CoreSpeed.all());
    all.add(new ReplaySpeed(captures));
    all.add(new Footprint());
    return all;
  }

  /** Those that measure a node. {@code mixed}: how long mixed load lasts; null: as usual. */
  public static List<Benchmark> ofNode(Nodes nodes, Duration mixed) {
    return List.of(
        new StreamSpeed(nodes),
        new ExecuteLatency(nodes),
        new DeviceSpeed(nodes),
        new Recovery(nodes),
        new JournalSize(nodes),
        new EntityFootprint(nodes),
        new KnownIommus(nodes),
        new BusyIommus(nodes),
        new PostgresJournal(nodes),
        new OpenArrivals(nodes),
        new ActiveIommus(nodes),
        new GuestBoots(nodes),
        new MixedLoad(nodes, mixed),
        new RemoteIommus(nodes),
        new MovingIommus(nodes),
        new Peer(nodes));
  }
}
