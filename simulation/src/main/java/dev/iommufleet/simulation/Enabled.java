package dev.iommufleet.simulation;

import java.util.ArrayList;
import java.util.List;

/** What may happen next in a world. */
final class Enabled {
  private final World world;
  private final Scenario scenario;
  private final Used used;

  Enabled(World world, Scenario scenario, Used used) {
    this.world = world;
    this.scenario = scenario;
    this.used = used;
  }

  /** What a drain has to wait for depends on what devices have asked before. */
  static boolean commute(Scenario scenario, Choice one, Choice other) {
    return one.actor() != other.actor() && !drains(scenario, one) && !drains(scenario, other);
  }

  private static boolean drains(Scenario scenario, Choice choice) {
    return choice.kind() == Choice.Kind.STEP && scenario.threads().get(choice.which()).drains();
  }

  List<Choice> choices() {
    List<Choice> choices = new ArrayList<>();
    for (int thread = 0; thread < scenario.threads().size(); thread++) {
      if (world.isReady(thread)) {
        choices.add(new Choice(Choice.Kind.STEP, actor(world.next(thread)), thread));
      }
    }
    for (int device = 0; device < scenario.devices().size(); device++) {
      channel(choices, device + 1, 2 * device);
      channel(choices, 0, 2 * device + 1);
    }
    for (int actor = 0; actor < used.crashes.length; actor++) {
      if (used.crashes[actor] < scenario.budget().crashes(actor) && !isEnd(choices)) {
        choices.add(new Choice(Choice.Kind.CRASH, actor, actor));
      }
    }
    return choices;
  }

  private static int actor(Step step) {
    return step instanceof Step.Device device ? device.device() + 1 : 0;
  }

  /** Nothing but crashes could happen. */
  static boolean isEnd(List<Choice> choices) {
    return choices.stream().allMatch(choice -> choice.kind() == Choice.Kind.CRASH);
  }

  private void channel(List<Choice> choices, int receiver, int number) {
    if (!world.channel(number).isEmpty()) {
      choices.add(new Choice(Choice.Kind.DELIVER, receiver, number));
      if (world.channel(number).mayOvertake()) {
        choices.add(new Choice(Choice.Kind.OVERTAKE, receiver, number));
      }
      if (used.losses[number] < scenario.budget().losses()) {
        choices.add(new Choice(Choice.Kind.LOSE, receiver, number));
      }
      if (used.duplicates[number] < scenario.budget().duplicates()) {
        choices.add(new Choice(Choice.Kind.DUPLICATE, receiver, number));
      }
    }
    if (used.mayResend(number) && owes(number)) {
      int sender = (number & 1) == 0 ? 0 : number / 2 + 1;
      choices.add(new Choice(Choice.Kind.RESEND, sender, number));
    }
  }

  /** Whether the sender of a channel waits for an answer. */
  private boolean owes(int number) {
    int device = number / 2;
    return (number & 1) == 0
        ? !world.iommu().view().unanswered(scenario.devices().get(device).sourceId()).isEmpty()
        : !world.device(device).view().owed().isEmpty();
  }
}
