package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.vtd.Fact;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Those who want to know of interrupts: first from the journal, then as they come. */
final class Watchers {
  private final IommuShell shell;
  private final Map<Integer, Watch> watches = new LinkedHashMap<>();

  private static final class Watch {
    final Message.Ask ask;

    /** The last entry that was told of. */
    long told;

    Watch(Message.Ask ask, long told) {
      this.ask = ask;
      this.told = told;
    }
  }

  Watchers(IommuShell shell) {
    this.shell = shell;
  }

  void clear() {
    watches.clear();
  }

  /** {@code from}: the first entry that is wanted. */
  void watch(Message.Ask ask, long from) {
    if (!shell.goesOut()) {
      return;
    }
    var watch = new Watch(ask, from - 1);
    watches.put(ask.client(), watch);
    shell.answer(ask, shell.answered(List.of(), false));
    if (isCaughtUp()) {
      var entries = shell.cluster.journal.of(shell.entity);
      for (long number = from; number <= shell.number; number++) {
        publish(watch, number, entries.get((int) number - 1).steps());
      }
    }
  }

  /** A watcher gets what it missed. */
  @Guard(value = "fleet-watcher-catches-up", without = "false")
  boolean isCaughtUp() {
    return true;
  }

  void publish(long number, List<Entry.Step> steps) {
    watches.values().forEach(watch -> publish(watch, number, steps));
  }

  private void publish(Watch watch, long number, List<Entry.Step> steps) {
    var vectors = vectors(steps);
    if (!vectors.isEmpty() && number > watch.told) {
      var output = new Message.Output(shell.entity, number, watch.told, vectors);
      watch.told = number;
      shell.cluster.network.toWatcher(shell, watch.ask, output);
    }
  }

  private static List<Integer> vectors(List<Entry.Step> steps) {
    List<Integer> vectors = List.of();
    for (Entry.Step step : steps) {
      for (Fact fact : ((Entry.Step.OfIommu) step).facts()) {
        if (fact instanceof Fact.InterruptSent sent) {
          vectors = vectors.isEmpty() ? new ArrayList<>(1) : vectors;
          vectors.add(sent.data());
        }
      }
    }
    return vectors;
  }
}
