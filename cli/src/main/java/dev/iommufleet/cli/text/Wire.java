package dev.iommufleet.cli.text;

import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.persistence.mapping.EntryFacts;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.persistence.mapping.Operations;
import dev.iommufleet.persistence.mapping.Replies;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Messages of the API as {@link RecordView} prints the hardware's records. */
public final class Wire {

  private Wire() {}

  public static String text(Operation operation) {
    return operation.hasAwait()
        ? await(operation.getAwait())
        : RecordView.text((Record) Operations.read(operation));
  }

  public static Map<String, Object> fields(Operation operation) {
    return operation.hasAwait()
        ? Json.object("kind", "await", "text", await(operation.getAwait()))
        : RecordView.fields((Record) Operations.read(operation));
  }

  public static String text(dev.iommufleet.protocol.api.v1.Reply reply) {
    if (reply.hasAwaited()) {
      return reply.getAwaited().getMet() ? "met" : "not met before the deadline";
    }
    return switch (Replies.read(reply)) {
      case Reply.RegisterValue it -> Numbers.hex(it.value()) + unlessOk(it.status().name());
      case Reply.Done it -> RecordView.dashed(it.status().name());
      case Reply other -> RecordView.text((Record) other);
    };
  }

  private static String unlessOk(String status) {
    return status.equals("OK") ? "" : " " + RecordView.dashed(status);
  }

  public static Map<String, Object> fields(dev.iommufleet.protocol.api.v1.Reply reply) {
    return reply.hasAwaited()
        ? Json.object("kind", "awaited", "met", reply.getAwaited().getMet())
        : RecordView.fields((Record) Replies.read(reply));
  }

  /** A fact with all that it says; nothing in it refers to its operation. */
  public static String text(dev.iommufleet.protocol.api.v1.Fact fact) {
    return RecordView.text((Record) Facts.read(fact));
  }

  public static Map<String, Object> fields(dev.iommufleet.protocol.api.v1.Fact fact) {
    return RecordView.fields((Record) Facts.read(fact));
  }

  /**
   * Facts by the index of their operation, in order.
   *
   * @param request all operations of the request
   */
  public static Map<Integer, List<Record>> facts(
      List<Operation> request, List<OperationFacts> groups) {
    var facts = new TreeMap<Integer, List<Record>>();
    EntryFacts.read(
        request,
        groups,
        (operation, fact) ->
            facts.computeIfAbsent(operation, _ -> new ArrayList<>()).add((Record) fact));
    return facts;
  }

  private static String await(Await await) {
    var condition =
        switch (await.getConditionCase()) {
          case QUEUE_IDLE -> "queue-idle";
          case MEMORY_WORD ->
              "memory-word address=%s value=%s"
                  .formatted(
                      Numbers.hex(await.getMemoryWord().getAddress()),
                      Numbers.hex(await.getMemoryWord().getValue() & 0xFFFFFFFFL));
          case REGISTER ->
              "register offset=%s mask=%s value=%s"
                  .formatted(
                      Numbers.hex(await.getRegister().getOffset()),
                      Numbers.hex(await.getRegister().getMask()),
                      Numbers.hex(await.getRegister().getValue()));
          case CONDITION_NOT_SET -> "nothing";
        };
    return "await " + condition + " deadline-millis=" + await.getDeadlineMillis();
  }
}
