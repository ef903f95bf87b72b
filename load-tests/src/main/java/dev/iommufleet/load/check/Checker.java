package dev.iommufleet.load.check;

import dev.iommufleet.protocol.api.v1.WatchedFact;
import dev.iommufleet.protocol.load.v1.Answered;
import dev.iommufleet.protocol.load.v1.FaultInjected;
import dev.iommufleet.protocol.load.v1.FinalState;
import java.util.ArrayList;
import java.util.List;

/** Watches over one invariant. One thread. */
abstract class Checker {
  private static final int MOST_KEPT = 10;

  private final String id;
  private final String statement;
  private final List<Finding> first = new ArrayList<>();
  private long violations;
  private long checked;
  private long nowNanos;

  Checker(String id, String statement) {
    this.id = id;
    this.statement = statement;
  }

  final String id() {
    return id;
  }

  final Verdict.Judged judged() {
    return new Verdict.Judged(id, statement, checked, violations, List.copyOf(first));
  }

  final long violations() {
    return violations;
  }

  final void at(long nanos) {
    nowNanos = nanos;
  }

  /** There was something to judge. */
  final void checked() {
    checked++;
  }

  final void broken(String entity, String what, String... evidence) {
    violations++;
    if (first.size() < MOST_KEPT) {
      first.add(new Finding(id, entity, nowNanos, what, List.of(evidence)));
    }
  }

  // ---- what is seen; each checker takes what it needs ----------------------------------------

  /** A call is about to be made. */
  void invoked(Call call) {}

  void answered(Call call, Answered answer) {}

  /** Nothing of it was executed. */
  void refused(Call call, String code) {}

  /** Nobody knows whether it was executed. */
  void unknown(Call call) {}

  /** Each once, in their order. */
  void watched(String iommu, long entry, WatchedFact fact) {}

  /** An entry was served that was served before, or one that is older. */
  void servedAgain(String iommu, long entry, boolean same) {}

  /** Every entry up to this one was watched. */
  void caughtUp(String iommu, long entry) {}

  void fault(FaultInjected fault) {}

  void finalState(FinalState state) {}

  /** Nothing more comes. */
  void ended() {}
}
