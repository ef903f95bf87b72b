package dev.iommufleet.load.check;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.QueueProgress;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.protocol.load.v1.Answered;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the pure model beside IOMMUs that one guest alone drives, from their creation on; judges
 * nothing itself. Where something else may have had a part (a device, calls that overlap, an
 * outcome that nobody knows) the model is given up.
 */
final class Models extends Checker {

  /** What an answered call did in the model. */
  static final class Step {
    final List<dev.iommufleet.protocol.api.v1.Operation> operations;
    final List<Reply> warm = new ArrayList<>();
    final List<Reply> cold = new ArrayList<>();
    final List<Reply> fleet = new ArrayList<>();
    boolean changed;
    long before;
    long hash;

    /** As many entries as the call can have, if it changed anything. */
    int entries = 1;

    Step(List<dev.iommufleet.protocol.api.v1.Operation> operations) {
      this.operations = operations;
    }
  }

  private static final class Of {
    /** Its caches hold what the fleet's may hold. */
    final Iommu warm;

    /** It walks the tables anew each time. */
    final Iommu cold;

    long number;

    /** By session: the highest request that was executed. */
    final Map<String, Long> executed = new HashMap<>();

    Of(Iommu warm, Iommu cold) {
      this.warm = warm;
      this.cold = cold;
    }
  }

  private static final class GivenUp extends Exception {
    private static final long serialVersionUID = 1;
  }

  private final ModelCodec codec;
  private final Map<String, Of> all = new HashMap<>();
  private Step current;

  Models(ModelCodec codec) {
    super("", "");
    this.codec = codec;
  }

  /** What the call that is being answered did; null: there is no model of it. */
  Step current() {
    return current;
  }

  /** What follows from a difference is no other. */
  void giveUp(String iommu) {
    all.remove(iommu);
  }

  @Override
  void invoked(Call call) {
    if (call.isDevice()) {
      all.remove(call.invoked.getIommuId());
    }
  }

  @Override
  void refused(Call call, String code) {
    // Nothing was executed.
  }

  @Override
  void unknown(Call call) {
    if (call.invoked.getOperationCount() > 0) {
      all.remove(call.entity());
    }
  }

  @Override
  void answered(Call call, Answered answer) {
    current = null;
    if (codec == null || call.isDevice()) {
      return;
    }
    if (answer.hasIommu()) {
      if (answer.getSequenceNumber() == 1) {
        var config = codec.config(answer.getIommu().getConfig());
        var of = new Of(new Iommu(config), new Iommu(config));
        of.number = 1;
        all.putIfAbsent(call.entity(), of);
      }
      return;
    }
    var of = all.get(call.entity());
    if (of == null || call.invoked.getOperationCount() == 0) {
      return;
    }
    if (wasExecuted(of, call)) {
      of.number = Math.max(of.number, answer.getSequenceNumber()); // I10 judges.
      return;
    }
    boolean judgeable =
        call.hasOperations()
            && !call.overlapped
            && answer.getRepliesCount() == call.invoked.getOperationsCount()
            && answer.getSequenceNumber() >= of.number;
    if (!judgeable) {
      all.remove(call.entity());
      return;
    }
    try {
      current = run(of, call, answer);
    } catch (GivenUp e) {
      all.remove(call.entity());
    }
  }

  /** The same request once more. */
  private static boolean wasExecuted(Of of, Call call) {
    if (call.id() == null) {
      return false;
    }
    var id = call.invoked.getRequestId();
    Long before = of.executed.get(id.getSession());
    if (before != null && before >= id.getSequence()) {
      return true;
    }
    of.executed.put(id.getSession(), id.getSequence());
    return false;
  }

  private Step run(Of of, Call call, Answered answer) throws GivenUp {
    var step = new Step(call.invoked.getOperationsList());
    step.before = of.number;
    for (int i = 0; i < step.operations.size(); i++) {
      var message = step.operations.get(i);
      step.fleet.add(codec.reply(answer.getReplies(i)));
      if (message.hasAwait()) {
        step.entries++;
        step.warm.add(null);
        step.cold.add(null);
        continue;
      }
      var operation = codec.operation(message);
      if (operation instanceof Operation.AttachDevice) {
        throw new GivenUp();
      }
      of.cold.dropSoftState();
      step.warm.add(execute(of.warm, operation, step));
      step.cold.add(execute(of.cold, operation, step));
    }
    step.hash = of.warm.stateHash();
    of.number = answer.getSequenceNumber();
    return step;
  }

  private static Reply execute(Iommu iommu, Operation operation, Step step) throws GivenUp {
    FactSink sink = fact -> step.changed |= fact instanceof Fact.Lasting || isOutcome(fact);
    var reply = iommu.execute(operation, sink);
    while (iommu.progress() == QueueProgress.MORE) {
      step.entries++;
      iommu.execute(new Operation.Continue(), sink);
    }
    if (iommu.progress() == QueueProgress.PARKED) {
      throw new GivenUp(); // What its functions answer, others decide.
    }
    return reply;
  }

  private static boolean isOutcome(Fact fact) {
    return fact instanceof Fact.Outcome;
  }
}
