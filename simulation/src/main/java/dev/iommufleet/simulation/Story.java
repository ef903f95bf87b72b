package dev.iommufleet.simulation;

import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.Report;
import java.util.ArrayList;
import java.util.List;

/** A schedule as a story that a person can read, one line for each event. */
final class Story {
  private Story() {}

  static List<String> tell(World start, Scenario scenario, List<Choice> schedule) {
    List<String> lines = new ArrayList<>();
    World world = start.fork();
    for (Choice choice : schedule) {
      lines.add(line(world, scenario, choice));
      world.take(choice);
    }
    return lines;
  }

  private static String line(World world, Scenario scenario, Choice choice) {
    int number = choice.which();
    return switch (choice.kind()) {
      case STEP -> {
        var thread = scenario.threads().get(number);
        yield thread.name() + ": " + step(world.next(number), scenario);
      }
      case DELIVER -> route(scenario, number) + ": " + message(world, number);
      case LOSE -> route(scenario, number) + ": LOST " + message(world, number);
      case OVERTAKE ->
          route(scenario, number) + ": (overtakes) " + text(world.channel(number).later());
      case DUPLICATE -> route(scenario, number) + ": (and again later) " + message(world, number);
      case CRASH -> actor(scenario, choice.actor()) + " CRASHES and recovers from its journal";
      case RESEND -> route(scenario, number) + ": sends again what was not answered";
    };
  }

  private static String actor(Scenario scenario, int actor) {
    return actor == 0 ? "iommu" : scenario.devices().get(actor - 1).name();
  }

  private static String route(Scenario scenario, int number) {
    String device = scenario.devices().get(number / 2).name();
    return (number & 1) == 0 ? "iommu -> " + device : device + " -> iommu";
  }

  private static String message(World world, int number) {
    return text(world.channel(number).first());
  }

  private static String text(Channel.Envelope<?> envelope) {
    Object message = envelope.message();
    return switch (message) {
      case Delivery.Posted d -> "[" + d.id() + "] " + plain(d.command());
      case Delivery d -> plain(d);
      case Report r -> plain(r);
      default -> message.toString();
    };
  }

  private static String plain(Object message) {
    return Plain.of(message.toString());
  }

  static String step(Step step, Scenario scenario) {
    return switch (step) {
      case Step.Entry s when s.type() == 0 ->
          "clears PASID entry %d of %s".formatted(s.pasid(), name(scenario, s.device()));
      case Step.Entry s ->
          "writes PASID entry %d of %s: domain %d, %s"
              .formatted(
                  s.pasid(),
                  name(scenario, s.device()),
                  s.domain(),
                  s.type() == 1 ? "tables of space " + s.space() : "pass-through");
      case Step.Context s ->
          (s.directoryOf() < 0 ? "clears" : "writes")
              + " the context of "
              + name(scenario, s.device());
      case Step.Leaf s when s.target() == 0 ->
          "unmaps page %d of space %d".formatted(s.page(), s.space());
      case Step.Leaf s ->
          "maps page %d of space %d to frame %x%s"
              .formatted(s.page(), s.space(), s.target(), s.writable() ? "" : ", read-only");
      case Step.Submit s ->
          "submits " + s.descriptors().strip() + (s.number() == 0 ? "" : "; wait " + s.number());
      case Step.Await s ->
          "sees wait " + s.number() + " completed" + (s.orError() ? ", or a queue error" : "");
      case Step.AwaitCommand _ -> "sees its command completed";
      case Step.Command s ->
          "writes GCMD: TE=%d%s%s"
              .formatted(
                  s.translation() ? 1 : 0, s.setRoot() ? ", SRTP" : "", s.queue() ? "" : ", QIE=0");
      case Step.Reset _ -> "resets the machine";
      case Step.Serve s ->
          "takes a page request%s and answers code %d"
              .formatted(s.map() ? ", maps the page" : "", s.code());
      case Step.ServeAll s -> "takes all page requests and answers code " + s.code();
      case Step.MoveRequestHead s -> "moves PQH to %x".formatted(s.head());
      case Step.ClearRequestStatus s -> "clears PRS bits %x".formatted(s.bits());
      case Step.ClearFaultStatus s -> "clears FSTS bits %x".formatted(s.bits());
      case Step.Expire s -> "time-out of invalidations at %s".formatted(name(scenario, s.device()));
      case Step.Device s -> name(scenario, s.device()) + " " + operation(s.operation());
    };
  }

  private static String operation(DeviceOperation operation) {
    return switch (operation) {
      case DeviceOperation.Attach _ -> "asks to be attached";
      case DeviceOperation.Detach _ -> "begins to leave";
      case DeviceOperation.Remove _ -> "is pulled out";
      case DeviceOperation.StartDma o ->
          "starts a %s of page %d under PASID %d (%s)"
              .formatted(o.data() == null ? "read" : "write", o.iova() >>> 12, o.pasid(), o.mode());
      case DeviceOperation.RequestPage o ->
          "asks for page %d of PASID %d".formatted(o.address() >>> 12, o.pasid());
      default -> plain(operation);
    };
  }

  private static String name(Scenario scenario, int device) {
    return scenario.devices().get(device).name();
  }
}
