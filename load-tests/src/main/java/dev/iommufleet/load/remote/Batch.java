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

  /** The step that is told the operation's facts, or null. */
  private final List<Step> listeners = new ArrayList<>();

  /** The step that is told the operation's reply, or null. */
  private final List<Step> askers = new ArrayList<>();

  private int bytes;

  /** What an operation is to its step. */
  enum Part {
    /** Its facts and its reply are the step's. */
    MAIN,
    /** A device's answer to what the main operation told it: its facts are the step's. */
    ANSWER,
    BESIDE
  }

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

  void add(Step step, Operation operation, Part part) {
    operations.add(operation);
    listeners.add(part == Part.BESIDE ? null : step);
    askers.add(part == Part.MAIN ? step : null);
    bytes += bytes(operation);
  }

  /** The step has no more operations: it is answered with this batch. */
  void end(Step step) {
    steps.add(step);
  }

  void fact(int operation, Fact fact) {
    var step = listeners.get(operation);
    if (step != null) {
      step.accept(fact);
    }
  }

  void reply(int operation, Reply reply) {
    var step = askers.get(operation);
    if (step != null) {
      step.reply(reply);
    }
  }

  void answeredFromJournal() {
    for (Step step : listeners) {
      if (step != null) {
        step.answeredFromJournal();
      }
    }
  }

  void answerAll() {
    steps.forEach(Step::answered);
  }
}
