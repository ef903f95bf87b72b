package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.Printer;
import dev.iommufleet.cli.tables.QueueView;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.cli.text.Wire;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.UnreachableException;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.spec.DescriptorText;
import dev.iommufleet.hardware.vtd.spec.DescriptorText.Parsed;
import dev.iommufleet.hardware.vtd.spec.DescriptorText.StatusSlot;
import dev.iommufleet.hardware.vtd.spec.RegisterMap;
import dev.iommufleet.persistence.mapping.Operations;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Observe;
import dev.iommufleet.protocol.api.v1.QueueIdle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Descriptors on their way through a guest's queue. */
final class Submission {
  private static final int QUEUE_ENABLE = 1 << 26; // GCMD.QIE
  private static final int WIDE = 1 << 11; // IQA.DW
  private static final long STICKY = 0x96FF_FFFFL; // GSTS bits that GCMD must repeat

  private final FleetClient client;
  private final Printer print;
  private final String id;
  private final int deadlineMillis;

  Submission(FleetClient client, Printer print, String id, int deadlineMillis) {
    this.client = client;
    this.print = print;
    this.id = id;
    this.deadlineMillis = deadlineMillis;
  }

  int run(List<String> texts, Long setup) {
    var looking = Looking.at(client, id);
    if (!looking.queue().enabled()) {
      looking = enable(looking, setup);
    }
    var queue = looking.queue();
    checkRoom(queue, texts.size());
    var operations = new ArrayList<dev.iommufleet.protocol.api.v1.Operation>();
    write(queue, parse(queue, texts), operations);
    int newTail = (queue.tail() + texts.size()) % queue.entries();
    operations.add(register("IQT", queue.tailRegister(newTail)));
    return tell(texts, submit(operations), queue);
  }

  // ---- the queue ---------------------------------------------------------------------------

  private Looking enable(Looking looking, Long setup) {
    if (setup == null) {
      throw CommandException.usage(
          "the invalidation queue of %s is off (GSTS.QIES is 0): let the guest enable it, or add"
              + " --setup to make one",
          id);
    }
    if ((setup & 0xFFF) != 0) {
      throw CommandException.usage("--setup needs an address that is a multiple of 0x1000");
    }
    boolean wide = looking.config().capabilities().scalableMode();
    long command = looking.registers().value("GSTS") & STICKY | QUEUE_ENABLE;
    client
        .session(id)
        .execute(
            List.of(
                register("IQA", setup | (wide ? WIDE : 0)),
                register("IQT", 0),
                register("GCMD", command)));
    var after = Looking.at(client, id);
    if (!after.queue().enabled()) {
      throw CommandException.refused("the queue of %s cannot be enabled", id);
    }
    return after;
  }

  private void checkRoom(QueueView queue, int count) {
    int waiting = Math.floorMod(queue.tail() - queue.head(), queue.entries());
    int room = queue.entries() - 1 - waiting;
    if (count > room) {
      throw CommandException.usage(
          "%d descriptors do not fit: the queue has %d, %d of them wait",
          count, queue.entries(), waiting);
    }
  }

  private static dev.iommufleet.protocol.api.v1.Operation register(String name, long value) {
    var register = RegisterMap.named(name).orElseThrow();
    return Operations.write(
        new Operation.WriteRegister(register.offset(), register.bytes(), value));
  }

  // ---- descriptors -------------------------------------------------------------------------

  private List<Parsed> parse(QueueView queue, List<String> texts) {
    var parsed = new ArrayList<Parsed>();
    int behind = (queue.tail() + texts.size()) % queue.entries();
    int words = queue.descriptorBytes() / Integer.BYTES;
    for (int i = 0; i < texts.size(); i++) {
      long status = queue.address(behind) + (long) (i % words) * Integer.BYTES;
      var one = DescriptorText.parse(texts.get(i), new StatusSlot(i + 1, status));
      if (one instanceof Parsed.Refused refused) {
        throw CommandException.usage(
            "descriptor %d (\"%s\"): %s", i + 1, texts.get(i), refused.message());
      }
      parsed.add(one);
    }
    return parsed;
  }

  private static void write(
      QueueView queue,
      List<Parsed> descriptors,
      List<dev.iommufleet.protocol.api.v1.Operation> operations) {
    for (int i = 0; i < descriptors.size(); i++) {
      int index = (queue.tail() + i) % queue.entries();
      var words = descriptors.get(i).words();
      var bytes = ByteBuffer.allocate(queue.descriptorBytes()).order(ByteOrder.LITTLE_ENDIAN);
      for (int word = 0; word < queue.descriptorBytes() / Long.BYTES; word++) {
        bytes.putLong(words[word]);
      }
      operations.add(
          Operations.write(new Operation.WriteMemory(queue.address(index), bytes.array())));
    }
  }

  // ---- what happens ------------------------------------------------------------------------

  /** Rings and waits; facts of both in order. A parked doorbell may hold its own request back. */
  private List<Record> submit(List<dev.iommufleet.protocol.api.v1.Operation> operations) {
    var session = client.session(id);
    var facts = new ArrayList<Record>();
    try {
      add(facts, operations, session.execute(operations, Observe.OBSERVE_FACTS, false));
      var queue = Looking.at(client, id);
      if (!settled(queue)) {
        var await =
            Await.newBuilder()
                .setQueueIdle(QueueIdle.getDefaultInstance())
                .setDeadlineMillis(deadlineMillis);
        var waiting =
            List.of(dev.iommufleet.protocol.api.v1.Operation.newBuilder().setAwait(await).build());
        add(facts, waiting, session.execute(waiting, Observe.OBSERVE_FACTS, false));
      }
    } catch (UnreachableException e) {
      if (!client.get(id).hasParked()) {
        throw e;
      }
    }
    return facts;
  }

  private static boolean settled(Looking looking) {
    var queue = looking.queue();
    return queue.stopped() || queue.head() == queue.tail() && !looking.iommu().hasParked();
  }

  private static void add(
      List<Record> facts,
      List<dev.iommufleet.protocol.api.v1.Operation> operations,
      ExecuteResponse response) {
    Wire.facts(operations, response.getFactsList()).values().forEach(facts::addAll);
  }

  private int tell(List<String> texts, List<Record> facts, QueueView before) {
    var looking = Looking.at(client, id);
    var queue = looking.queue();
    boolean parked = looking.iommu().hasParked();
    boolean idle = queue.head() == queue.tail() && !parked && !queue.stopped();
    var outcome = outcome(looking, queue, idle, texts, before);
    var shown = facts.stream().filter(Submission::tellsSomething).toList();
    if (print.json()) {
      print.json(
          Json.object(
              "id", id,
              "outcome", idle ? "done" : parked ? "parked" : queue.stopped() ? "error" : "busy",
              "text", outcome,
              "queue", queue.json(),
              "facts", shown.stream().map(RecordView::fields).toList(),
              "sequenceNumber", looking.iommu().getSequenceNumber(),
              "stateHash", IommuPrinter.hash(looking.iommu().getStateHash())));
    } else {
      shown.forEach(fact -> print.out().println("* " + RecordView.text(fact)));
      print.line(outcome);
    }
    return idle ? DONE : FOUND;
  }

  /** Memory that the command wrote itself and the queue's own registers are left out. */
  private static boolean tellsSomething(Record fact) {
    return !(fact instanceof Fact.RegistersChanged
        || fact instanceof Fact.LatchChanged
        || fact instanceof Fact.PayloadWritten);
  }

  private String outcome(
      Looking looking, QueueView queue, boolean idle, List<String> texts, QueueView before) {
    if (idle) {
      return "done: %d descriptors executed, the queue is idle at %d"
          .formatted(texts.size(), queue.head());
    }
    if (looking.iommu().hasParked()) {
      return IommuPrinter.parkedText(looking.iommu().getParked());
    }
    if (queue.stopped()) {
      int bad = Math.floorMod(queue.head() - before.tail(), queue.entries());
      var which =
          bad < texts.size() ? ", descriptor %d (\"%s\")".formatted(bad + 1, texts.get(bad)) : "";
      var repair =
          looking.registers().field("FSTS", "IQE") == 0
              ? ""
              : "correct what lies at %#x, then ".formatted(queue.address(queue.head()));
      return "stopped at %d%s: %s; to go on, %sclear FSTS (exec %s 'write FSTS 0x70')"
          .formatted(queue.head(), which, queue.error(), repair, id);
    }
    return "busy: head %d, tail %d; ask again with 'iommu queue %s'"
        .formatted(queue.head(), queue.tail(), id);
  }
}
