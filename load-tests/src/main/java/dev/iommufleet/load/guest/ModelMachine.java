package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.BusStatus;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.QueueProgress;
import dev.iommufleet.hardware.vtd.Reply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The pure model, driven by a guest's requests: what a fleet has to answer. Host devices do at once
 * what they are told.
 */
public final class ModelMachine {
  private final FactSink sink;
  private final ArrayDeque<Fact.CommandPosted> posted = new ArrayDeque<>();
  private Iommu iommu;

  public ModelMachine() {
    this(FactSink.NONE);
  }

  /** {@code facts}: what comes true on the way. */
  public ModelMachine(FactSink facts) {
    sink =
        fact -> {
          if (fact instanceof Fact.CommandPosted it) {
            posted.add(it);
          }
          facts.accept(fact);
        };
  }

  /** The IOMMU; null before it was created. */
  public Iommu iommu() {
    return iommu;
  }

  public Answer execute(Step step) {
    return switch (step) {
      case Step.Create it -> {
        iommu = new Iommu(it.config());
        yield new Answer.Done();
      }
      case Step.Delete _ -> {
        iommu = null;
        yield new Answer.Done();
      }
      case Step.Run it -> run(it);
      case Step.Plug it -> one(new Operation.AttachDevice(it.sourceId(), 0, null));
      case Step.Unplug it -> one(new Operation.DetachDevice(it.sourceId(), 0));
      case Step.Copy it -> copy(it);
    };
  }

  private Answer run(Step.Run step) {
    var refusal = iommu.refusal(step.operations());
    if (refusal.isPresent()) {
      throw new IllegalArgumentException(step.kind() + ": " + refusal.get().message());
    }
    var replies = new ArrayList<Reply>(step.operations().size());
    for (int i = 0; i < step.operations().size(); i++) {
      if (step.awaits().contains(i)) {
        play();
      }
      replies.add(execute(step.operations().get(i)));
    }
    play();
    return new Answer.Ran(replies);
  }

  private Answer one(Operation operation) {
    execute(operation);
    play();
    return new Answer.Done();
  }

  private Answer copy(Step.Copy it) {
    var reply =
        execute(
            new Operation.Dma(
                it.sourceId(),
                Access.NO_PASID,
                it.iova(),
                it.length(),
                AddressType.UNTRANSLATED,
                it.data()));
    var done = (Reply.DmaDone) reply;
    return new Answer.Copied(done.status() == BusStatus.OK, done.data());
  }

  private Reply execute(Operation operation) {
    Reply reply = iommu.execute(operation, sink);
    while (iommu.progress() == QueueProgress.MORE) {
      iommu.execute(new Operation.Continue(), sink);
    }
    return reply;
  }

  private void play() {
    Fact.CommandPosted next;
    while ((next = posted.poll()) != null) {
      execute(
          next.command() instanceof Command.InvalidateTlb it
              ? new Operation.CompleteInvalidation(next.sourceId(), 1 << it.itag())
              : new Operation.AnswerCommand(next.sourceId(), 0, next.id(), 0));
    }
  }

  /** Whether no host device is attached: what tells attachments apart is not the same elsewhere. */
  public boolean isHashComparable() {
    return iommu != null && iommu.view().devices().isEmpty();
  }

  /** Hash of all that lasts. */
  public long stateHash() {
    return iommu.stateHash();
  }

  /** The same as the model's replies but for which cache they came from. */
  public static List<Finding> compare(Step step, Answer expected, Answer actual) {
    return ReplyComparison.compare(step, expected, actual);
  }
}
