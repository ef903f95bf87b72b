package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.vtd.Operation;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Events as lines for people. */
final class Story {
  private Story() {}

  static String arrives(Cluster cluster, int receiver, Message message, Node target) {
    String to = cluster.name(receiver);
    String what =
        switch (message) {
          case Message.Ask m -> "request %s to %s: %s".formatted(m.id(), to, request(m.request()));
          case Message.ToIommu m ->
              "%s tells %s (epoch %d): %s"
                  .formatted(cluster.name(m.device()), to, m.epoch(), m.report());
          case Message.ToDevice m ->
              "%s tells %s (epoch %d): %s"
                  .formatted(cluster.name(m.iommu()), to, m.epoch(), delivery(m.delivery()));
          case Message.Timer _ -> null;
        };
    return what == null ? null : what + " [node " + target.index + "]";
  }

  private static String delivery(Delivery delivery) {
    return delivery instanceof Delivery.Posted posted
        ? "command %d %s".formatted(posted.id(), posted.command())
        : delivery.toString();
  }

  private static String request(Message.Request request) {
    return switch (request) {
      case Message.Request.Execute r -> operations(r.operations());
      case Message.Request.Operate r -> operation(r.operation());
      case Message.Request.Look _ -> "how its attachment stands";
      case Message.Request.Watch r -> "interrupts from entry " + r.from();
    };
  }

  private static String operation(DeviceOperation operation) {
    return operation instanceof DeviceOperation.StartDma dma
        ? "%s DMA %s %x pasid %d"
            .formatted(dma.mode(), dma.data() == null ? "read" : "write", dma.iova(), dma.pasid())
        : operation.toString();
  }

  private static String operations(List<Operation> operations) {
    return operations.stream().map(Story::operation).collect(Collectors.joining("; "));
  }

  private static String operation(Operation operation) {
    return switch (operation) {
      case Operation.WriteMemory o -> "store %x".formatted(o.address());
      case Operation.ReadMemory o -> "load %x".formatted(o.address());
      case Operation.WriteRegister o -> "register %x = %x".formatted(o.offset(), o.value());
      case Operation.ReadRegister o -> "register %x".formatted(o.offset());
      default -> operation.toString();
    };
  }

  static String answers(Cluster cluster, Message.Ask ask, Message.Answer answer) {
    String what =
        answer.isRefused()
            ? "refuses: " + answer.refusal()
            : answer.entry() != 0 ? "answers with entry " + answer.entry() : "answers";
    return "%s %s, request %s".formatted(cluster.name(answer.entity()), what, ask.id());
  }

  static String interrupts(Cluster cluster, Message.Output output) {
    return "%s interrupts its guest: vectors %s of entry %d"
        .formatted(
            cluster.name(output.entity()),
            output.vectors().stream().map(it -> "%x".formatted(it)).toList(),
            output.number());
  }

  static String disturbance(Cluster cluster, Disturbance it) {
    String target =
        switch (it.kind().of) {
          case NODE -> "node " + it.target();
          case ENTITY -> cluster.name(it.target());
          case SHARD -> "shard " + it.target();
        };
    return "*** %s of %s for %.3f ms".formatted(word(it.kind()), target, it.duration() / 1000.0);
  }

  static String action(Cluster cluster, Action a) {
    return "--- guest of i%d: %s device %d pasid %d space %d page %d count %d"
        .formatted(a.guest(), word(a.kind()), a.slot(), a.pasid(), a.space(), a.page(), a.count());
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
