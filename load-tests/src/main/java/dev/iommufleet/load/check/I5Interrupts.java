package dev.iommufleet.load.check;

import dev.iommufleet.protocol.api.v1.InterruptCause;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.WatchedFact;
import dev.iommufleet.protocol.load.v1.Answered;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Between two event interrupts of a kind its status was cleared, or its mask was touched. */
final class I5Interrupts extends Checker {
  private static final int MOST_TOUCHES = 4_096;

  /** Operations that may let a status bit rise anew ran behind {@code floor}, by {@code end}. */
  private record Touch(long floor, long end) {}

  private static final class Of {
    final Map<InterruptCause, List<Touch>> touches = new EnumMap<>(InterruptCause.class);
    final Map<InterruptCause, Long> last = new EnumMap<>(InterruptCause.class);

    /** Calls under way, or of which nobody knows, may have touched anything. */
    int open;

    boolean partial;
  }

  private final Map<String, Of> all = new HashMap<>();

  I5Interrupts() {
    super(
        "I5",
        "One event interrupt for each 0 to 1 edge of its status bits, unmasked; none is sent"
            + " twice");
  }

  private Of of(String iommu) {
    return all.computeIfAbsent(iommu, _ -> new Of());
  }

  @Override
  void invoked(Call call) {
    if (!call.isDevice() && call.invoked.getOperationCount() > 0) {
      var of = of(call.entity());
      of.partial |= !call.hasOperations();
      of.open++;
    }
  }

  @Override
  void answered(Call call, Answered answer) {
    if (call.isDevice() || call.invoked.getOperationCount() == 0) {
      return;
    }
    var of = of(call.entity());
    of.open--;
    for (Operation operation : call.invoked.getOperationsList()) {
      for (InterruptCause cause : touched(operation)) {
        var touches = of.touches.computeIfAbsent(cause, _ -> new ArrayList<>());
        touches.add(new Touch(call.floor, answer.getSequenceNumber()));
        of.partial |= touches.size() > MOST_TOUCHES;
      }
    }
  }

  @Override
  void refused(Call call, String code) {
    if (!call.isDevice() && call.invoked.getOperationCount() > 0) {
      of(call.entity()).open--;
    }
  }

  private static List<InterruptCause> touched(Operation operation) {
    if (operation.hasReset() || operation.hasLoadState()) {
      return List.of(InterruptCause.values());
    }
    if (!operation.hasWriteRegister()) {
      return List.of();
    }
    int offset = operation.getWriteRegister().getOffset();
    return switch (offset) {
      case 0x34, 0x38 -> List.of(InterruptCause.INTERRUPT_CAUSE_FAULT);
      case 0x9C, 0xA0 -> List.of(InterruptCause.INTERRUPT_CAUSE_INVALIDATION_COMPLETION);
      case 0xDC, 0xE0 -> List.of(InterruptCause.INTERRUPT_CAUSE_PAGE_REQUEST);
      default ->
          offset >= 0x220 && offset < 0x230
              ? List.of(InterruptCause.INTERRUPT_CAUSE_FAULT)
              : List.of();
    };
  }

  @Override
  void watched(String iommu, long entry, WatchedFact fact) {
    if (!fact.getFact().hasInterruptSent()) {
      return;
    }
    var of = of(iommu);
    var cause = fact.getFact().getInterruptSent().getCause();
    Long before = of.last.put(cause, entry);
    if (before == null || of.partial || of.open > 0) {
      return;
    }
    checked();
    var touches = of.touches.computeIfAbsent(cause, _ -> new ArrayList<>());
    boolean may = touches.stream().anyMatch(it -> it.end >= before && it.floor < entry);
    if (!may) {
      broken(
          iommu,
          "two interrupts of cause %s and its status was not cleared between them"
              .formatted(cause.name().substring("INTERRUPT_CAUSE_".length())),
          "entries %d and %d, fact %d".formatted(before, entry, fact.getIndex()));
    }
    touches.removeIf(it -> it.end < entry);
  }
}
