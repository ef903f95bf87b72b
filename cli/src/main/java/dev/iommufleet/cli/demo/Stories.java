package dev.iommufleet.cli.demo;

import dev.iommufleet.cli.Printer;
import dev.iommufleet.hardware.vtd.InvalidationPolicy;
import dev.iommufleet.load.capture.PolicyStory;
import dev.iommufleet.simulation.Exploration;
import dev.iommufleet.simulation.locks.Cell;
import dev.iommufleet.simulation.locks.Discipline;
import dev.iommufleet.simulation.locks.LockExploration;
import dev.iommufleet.simulation.locks.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/** Short stories that show what is different here. */
final class Stories {
  private static final String MUTE_DEVICE = "T-mute-device";
  private static final String HOT_PLUG = "B-page-request-against-hotplug";
  private static final String UNLOCKED = "no-lock";

  private Stories() {}

  /** False: one of them did not end as it should. */
  static boolean tell(Printer print) {
    boolean safe = muteDevice(print) & hotPlug(print);
    policies(print);
    return safe;
  }

  private static boolean muteDevice(Printer print) {
    var told = Exploration.of(MUTE_DEVICE).replayShipped();
    print.line("");
    print.line("Linux's fault loop against a mute device (explore T):");
    told.story().forEach(line -> print.line("  %s", line));
    print.line(
        "  %s",
        told.safe()
            ? "Wait 2 was discarded, wait 3 completed: no wait reported what did not happen."
            : told.what());
    return told.safe();
  }

  /** What the emulator's reviewers argued about, and the same with messages. */
  private static boolean hotPlug(Printer print) {
    var exploration = Exploration.of(HOT_PLUG);
    var locks = LockExploration.of(exploration, Discipline.of(UNLOCKED)).explore();
    var messages = exploration.withoutMishaps().explore(1);
    print.line("");
    print.line(
        "%s, %s (explore B --discipline %s):",
        exploration.title(), Discipline.of(UNLOCKED).title(), UNLOCKED);
    for (Cell.Finding finding : locks.findings()) {
      finding.gist().forEach(line -> print.line("  %s", line));
      print.line("  That is a %s.", finding.what());
    }
    print.line(
        "  With messages: %s, in all %,d orders (explore B; docs/locks-vs-messages.md).",
        messages.verdict(), messages.interleavings());
    return messages.safe() && locks.verdict() == Verdict.RACE;
  }

  private static void policies(Printer print) {
    try {
      print.line("");
      print.line(
          "A guest that forgets the PASID cache after a context change (Linux 6.7); PASIDs bound:");
      var head = new StringBuilder("%-72s".formatted(""));
      for (InvalidationPolicy policy : InvalidationPolicy.values()) {
        head.append("%15s".formatted(policy.name().toLowerCase(Locale.ROOT).replace('_', '-')));
      }
      print.line("%s", head);
      for (PolicyStory.Line line : PolicyStory.tell()) {
        var text = new StringBuilder("  %-70s".formatted(line.what()));
        line.bound().forEach(bound -> text.append("%15d".formatted(bound)));
        print.line("%s", text);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
