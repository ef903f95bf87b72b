package dev.iommufleet.load.remote;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.IommuView.BoundPasid;
import dev.iommufleet.hardware.vtd.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The devices that are attached to an IOMMU elsewhere, and what they were told, as the acknowledged
 * facts add up.
 */
final class AttachedDevices {
  private static final int KEPT = 256;

  private final Iommu shadow;
  private final Set<Integer> attached = new TreeSet<>();
  private final List<Operation.AnswerCommand> answers = new ArrayList<>();

  /** So many answers are looked through for those that have ended. */
  private int kept = KEPT;

  AttachedDevices(IommuConfig config) {
    shadow = new Iommu(config);
  }

  /** What is acknowledged, of whichever operation, in order. */
  void accept(Fact fact) {
    switch (fact) {
      case Fact.DeviceAttached it -> {
        attached.add(it.sourceId());
        shadow.apply(it);
      }
      case Fact.DeviceDetached it -> {
        attached.remove(it.sourceId());
        answers.removeIf(answer -> answer.sourceId() == it.sourceId());
        shadow.apply(it);
      }
      case Fact.FunctionAttached _,
          Fact.FunctionDetached _,
          Fact.InvalidationSent _,
          Fact.InvalidationEnded _,
          Fact.DeviceDetaching _,
          Fact.CommandPosted _,
          Fact.CommandFailed _,
          Fact.CommandsEnded _ ->
          shadow.apply(fact);
      case Fact.Lasting _, Fact.Soft _, Fact.Outcome _, Fact.Trace _ -> {}
    }
  }

  /** What the device was told of its PASIDs, newest first. */
  List<BoundPasid> bindings(int sourceId) {
    return shadow.view().bindings(sourceId);
  }

  /** Makes every device that is attached go without notice. */
  List<Operation> departures() {
    return attached.stream().<Operation>map(it -> new Operation.DeviceLost(it, 0)).toList();
  }

  // ---- answers -----------------------------------------------------------------------------

  /** The answer is on its way. */
  void answered(Operation.AnswerCommand answer) {
    if (answers.size() >= kept) {
      kept = Math.max(KEPT, 2 * answersToRepeat().size());
    }
    answers.add(answer);
  }

  /**
   * Answers that no fact has ended yet, in order. An IOMMU that began anew from its journal may
   * have forgotten them, and does not mind to be told again.
   */
  List<Operation.AnswerCommand> answersToRepeat() {
    answers.removeIf(answer -> !isOpen(answer));
    return List.copyOf(answers);
  }

  private boolean isOpen(Operation.AnswerCommand answer) {
    return shadow.view().unanswered(answer.sourceId()).stream()
        .anyMatch(command -> command.id() == answer.id());
  }

  // ---- operations --------------------------------------------------------------------------

  /** Whether the operation may tell a device something: then others wait for the device. */
  boolean mayBeToldBy(Operation operation) {
    return switch (operation) {
      case Operation.AttachDevice _ -> true;
      case Operation.WriteRegister _,
          Operation.RequestPage _,
          Operation.DetachFunction _,
          Operation.CompleteInvalidation _,
          Operation.ExpireInvalidations _,
          Operation.DetachDevice _,
          Operation.DeviceLost _,
          Operation.AnswerCommand _,
          Operation.DevicePageRequest _,
          Operation.Continue _,
          Operation.LoadState _,
          Operation.Reset _ ->
          !attached.isEmpty();
      case Operation.ReadRegister _,
          Operation.ReadMemory _,
          Operation.WriteMemory _,
          Operation.SetMemoryRange _,
          Operation.Translate _,
          Operation.Dma _,
          Operation.RemapInterrupt _,
          Operation.AccessInterruptWindow _,
          Operation.AtsTranslate _,
          Operation.WalkNested _,
          Operation.AddAddressSpace _,
          Operation.AddNotifier _,
          Operation.ReplayMappings _,
          Operation.AddPageResponseListener _,
          Operation.AttachFunction _ ->
          false;
    };
  }
}
