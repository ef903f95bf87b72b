package dev.iommufleet.load.check;

import dev.iommufleet.load.check.Submissions.Group;
import dev.iommufleet.protocol.api.v1.OperationStatus;
import dev.iommufleet.protocol.api.v1.PageGroupResponded;
import dev.iommufleet.protocol.api.v1.WatchedFact;
import dev.iommufleet.protocol.load.v1.Answered;
import dev.iommufleet.protocol.load.v1.FinalState;
import java.util.HashMap;
import java.util.Map;

/** Each page-request group that was written to the queue is answered once. */
final class I3Groups extends Checker {
  private final Submissions submissions;
  private final Settled settled = new Settled();

  private static final class Of {
    /** The entry that closed each group that waits for its response. */
    final Map<Group, Long> open = new HashMap<>();

    final Map<Group, Integer> responded = new HashMap<>();

    /** Requests that were not taken. */
    final Map<Group, Integer> automatic = new HashMap<>();
  }

  private final Map<String, Of> all = new HashMap<>();

  I3Groups(Submissions submissions) {
    super(
        "I3",
        "Each closed page-request group ends exactly once; surplus responses are reported as"
            + " unexpected");
    this.submissions = submissions;
  }

  @Override
  void watched(String iommu, long entry, WatchedFact fact) {
    var kind = fact.getFact();
    if (PageRequestWrites.is(kind)) {
      var group = PageRequestWrites.closes(kind);
      if (group != null) {
        closed(iommu, entry, group);
      }
    } else if (kind.hasPageGroupResponded()) {
      responded(iommu, entry, kind.getPageGroupResponded());
    } else if (kind.hasDeviceDetached()) {
      int sourceId = kind.getDeviceDetached().getSourceId();
      of(iommu).open.keySet().removeIf(it -> it.sourceId() == sourceId);
    }
  }

  private Of of(String iommu) {
    return all.computeIfAbsent(iommu, _ -> new Of());
  }

  private void closed(String iommu, long entry, Group group) {
    checked();
    Long before = of(iommu).open.put(group, entry);
    if (before != null) {
      broken(
          iommu,
          "%s was asked again before it was answered".formatted(name(group)),
          "entries %d and %d".formatted(before, entry));
    }
  }

  private void responded(String iommu, long entry, PageGroupResponded it) {
    checked();
    var group = new Group(it.getSourceId(), it.hasPasid() ? it.getPasid() : -1, it.getGroupIndex());
    var of = of(iommu);
    of.open.remove(group);
    int times = of.responded.merge(group, 1, Integer::sum);
    var submitted = submissions.of(iommu);
    if (submitted == null || submitted.partial) {
      return;
    }
    int own = submitted.responses.getOrDefault(group, 0);
    int automatic = of.automatic.getOrDefault(group, 0);
    if (times > own + automatic) {
      broken(
          iommu,
          "%s was answered %d times; its guest answered %d times, and %d requests were not taken"
              .formatted(name(group), times, own, automatic),
          "the last response is in entry " + entry);
    }
  }

  /** The last request of a group that is not taken is answered by the unit itself. */
  @Override
  void answered(Call call, Answered answer) {
    if (!call.hasOperations()) {
      return;
    }
    for (int i = 0; i < answer.getRepliesCount(); i++) {
      var operation = call.invoked.getOperations(i);
      var status = answer.getReplies(i).getPageRequestAnswer().getStatus();
      if (operation.hasRequestPage() && status != OperationStatus.OPERATION_STATUS_OK) {
        var it = operation.getRequestPage();
        int pasid = it.hasPasid() ? it.getPasid() : -1;
        of(call.entity())
            .automatic
            .merge(new Group(it.getSourceId(), pasid, it.getGroupIndex()), 1, Integer::sum);
      }
    }
  }

  private static String name(Group group) {
    return "group %d of function %#x%s"
        .formatted(
            group.index(), group.sourceId(), group.pasid() < 0 ? "" : ", PASID " + group.pasid());
  }

  @Override
  void caughtUp(String iommu, long entry) {
    settled.caughtUp(iommu, entry);
  }

  @Override
  void finalState(FinalState state) {
    settled.finalState(state);
    var iommu = state.getEntity();
    var submitted = submissions.of(iommu);
    if (!settled.is(iommu)
        || submitted == null
        || submitted.partial
        || submitted.aborted
        || submitted.uncertain) {
      return;
    }
    of(iommu)
        .open
        .forEach(
            (group, entry) ->
                broken(
                    iommu,
                    "%s was never answered".formatted(name(group)),
                    "it was closed in entry " + entry));
  }
}
