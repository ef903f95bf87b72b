package dev.iommufleet.load.remote;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.load.capture.Step;
import dev.iommufleet.protocol.api.v1.Operation;
import java.util.ArrayList;
import java.util.List;

/** Operations of several steps that go to the node as one request. */
final class Batch {

  /** Facts and replies of so many fit the node's answer with room to spare. */
  private static final int OPERATIONS = 256;

  /** Of the request and, for reads, of the replies. */
  private static final int BYTES = 96 << 10;

  private final List<Operation> operations = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();

  /** The step whose main operation this is, or null. */
  private final List<Step> mains = new ArrayList<>();

  private int bytes;

  List<Operation> operations() {
    return operations;
  }

  boolean full() {
    return operations.size() >= OPERATIONS || bytes >= BYTES;
  }

  /** An operation that is too large for any batch goes alone; the node refuses it by name. */
  boolean hasRoomFor(Operation operation) {
    return operations.isEmpty() || !full() && bytes + bytes(operation) <= BYTES;
  }

  private static int bytes(Operation operation) {
    return operation.getSerializedSize()
        + operation.getReadMemory().getLength()
        + operation.getDma().getLength();
  }

  /** A step without operations is answered with those before it. */
  void add(Step step) {
    steps.add(step);
  }

  void add(Step step, Operation operation, boolean main, boolean last) {
    operations.add(operation);
    mains.add(main ? step : null);
    bytes += bytes(operation);
    if (last) {
      steps.add(step);
    }
  }

  void fact(int operation, Fact fact) {
    var step = mains.get(operation);
    if (step != null) {
      step.accept(fact);
    }
  }

  void reply(int operation, Reply reply) {
    var step = mains.get(operation);
    if (step != null) {
      step.reply(reply);
    }
  }

  void answeredFromJournal() {
    for (Step step : mains) {
      if (step != null) {
        step.answeredFromJournal();
      }
    }
  }

  void answerAll() {
    steps.forEach(Step::answered);
  }
}
