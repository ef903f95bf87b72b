package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.vtd.Fact;
import java.util.Map;
import java.util.TreeMap;

/** Counts what a run has met, so that one that met nothing is noticed. */
final class Coverage {
  private final Map<String, long[]> counts = new TreeMap<>();

  Map<String, Long> counts() {
    var copy = new TreeMap<String, Long>();
    counts.forEach((name, count) -> copy.put(name, count[0]));
    return copy;
  }

  private void count(String name) {
    counts.computeIfAbsent(name, _ -> new long[1])[0]++;
  }

  void see(Seen seen) {
    switch (seen) {
      case Seen.Wrote s -> s.entry().steps().forEach(this::step);
      case Seen.Recovered _ -> count("recoveries");
      case Seen.Answered s when s.answer().isRefused() -> count("refused: " + s.answer().refusal());
      case Seen.Submitted s -> {
        count("waits submitted");
        s.cover().frames().forEach(_ -> count("frames unmapped"));
        s.cover().revoked().forEach(_ -> count("spaces revoked"));
      }
      case Seen.Got s when !s.wanted() -> count("answers that came again");
      case Seen.FaultRead _ -> count("faults read");
      case Seen.Resetting _ -> count("system resets");
      default -> {}
    }
  }

  private void step(Entry.Step step) {
    switch (step) {
      case Entry.Step.OfIommu s -> s.facts().forEach(this::ofIommu);
      case Entry.Step.OfDevice s -> s.facts().forEach(this::ofDevice);
    }
  }

  private void ofIommu(Fact fact) {
    switch (fact) {
      case Fact.WaitPended _ -> count("waits parked");
      case Fact.WaitEnded f when !f.completed() -> count("waits discarded");
      case Fact.MemoryWritten f when f.kind() == Fact.WriteKind.WAIT_STATUS ->
          count("waits completed");
      case Fact.MemoryWritten f when f.kind() == Fact.WriteKind.PAGE_REQUEST ->
          count("page requests queued");
      case Fact.InterruptSent f -> count("interrupts: " + Story.word(f.cause()));
      case Fact.CommandPosted f -> count("commands: " + f.command().getClass().getSimpleName());
      case Fact.FaultRecorded f -> count("faults: " + Story.word(f.outcome()));
      case Fact.DeviceDetached _ -> count("devices detached");
      default -> {}
    }
  }

  private void ofDevice(DeviceFact fact) {
    switch (fact) {
      case DeviceFact.DmaEnded f -> count("dma: " + Story.word(f.outcome()));
      case DeviceFact.GroupEnded f -> count("groups: " + Story.word(f.cause()));
      case DeviceFact.AttachmentOver f -> count("attachments: " + Story.word(f.cause()));
      case DeviceFact.AttachAccepted _ -> count("attachments: accepted");
      case DeviceFact.CompletionWithheld _ -> count("completions withheld");
      default -> {}
    }
  }
}
