package dev.iommufleet.hardware.vtd.script;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** One unit driven by the commands of one case. */
final class ScriptRunner {
  private final Iommu iommu;
  private final CommandReader reader = new CommandReader();

  ScriptRunner(Script script) {
    iommu = new Iommu(Header.config(script.header()));
    for (Script.Line line : script.setup()) {
      run(line);
    }
  }

  /** What comes of a command: its reply, then its facts. */
  List<String> run(Script.Line command) {
    String text = command.text().strip();
    if (text.equals("state")) {
      return List.of(state());
    }
    try {
      int mask = text.indexOf(" mask=");
      return mask >= 0 && text.startsWith("get")
          ? masked(execute(reader.read(text.substring(0, mask))), text.substring(mask + 6))
          : execute(reader.read(text));
    } catch (RuntimeException e) {
      throw new IllegalStateException("line " + command.number() + ": " + command.text(), e);
    }
  }

  /** A register's value with only the bits that matter. */
  private static List<String> masked(List<String> outcomes, String mask) {
    long value = Numbers.parse(outcomes.getFirst().split(" ")[1]) & Numbers.parse(mask);
    return List.of("value " + OutcomePrinter.hex(value));
  }

  private List<String> execute(List<Operation> operations) {
    iommu
        .refusal(operations)
        .ifPresent(
            refusal -> {
              throw new IllegalArgumentException(refusal.message());
            });
    List<Fact> facts = new ArrayList<>();
    List<String> outcomes = new ArrayList<>();
    for (Operation operation : operations) {
      List<String> reply = OutcomePrinter.reply(iommu.execute(operation, facts::add));
      if (operation.equals(operations.getLast())) {
        outcomes.addAll(reply);
      }
    }
    facts.forEach(fact -> outcomes.addAll(OutcomePrinter.fact(fact)));
    return outcomes;
  }

  private String state() {
    String on =
        String.join(",", IntStream.of(iommu.parkedOn()).mapToObj(OutcomePrinter::hex).toList());
    return "state "
        + iommu.progress()
        + (iommu.queueIdle() ? " idle" : "")
        + (iommu.queueParked() ? " on=" + on + " position=" + iommu.parkedPosition() : "");
  }
}
