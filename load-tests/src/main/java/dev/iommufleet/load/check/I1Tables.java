package dev.iommufleet.load.check;

import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.protocol.api.v1.AtsEntry;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.Translation;
import dev.iommufleet.protocol.load.v1.Answered;
import dev.iommufleet.protocol.load.v1.Claim;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * No translation leads where neither the tables lead now nor a cache may lead. Judged by what
 * guests say of their tables, and by the model where there is one.
 */
final class I1Tables extends Checker {
  private final Models models;
  private final Map<String, KnownTables> tables = new HashMap<>();

  I1Tables(Models models) {
    super(
        "I1",
        "No stale translation: what starts after the wait of a covering invalidation completed is"
            + " never served by an older entry");
    this.models = models;
  }

  @Override
  void unknown(Call call) {
    tables.remove(call.entity());
  }

  @Override
  void answered(Call call, Answered answer) {
    if (call.isDevice() || !call.hasOperations()) {
      return;
    }
    if (call.overlapped || answer.getRepliesCount() != call.invoked.getOperationsCount()) {
      tables.remove(call.entity());
    } else if (!byTables(call, answer)) {
      byModel(call);
    }
  }

  // ---- what guests say ---------------------------------------------------------------------

  /** Whether something was found. */
  private boolean byTables(Call call, Answered answer) {
    List<Claim> claims = call.invoked.getClaimsList();
    var known = tables.get(call.entity());
    if (known == null) {
      if (claims.isEmpty()) {
        return false;
      }
      known = new KnownTables();
      tables.put(call.entity(), known);
    }
    boolean found = false;
    for (int i = 0; i < call.invoked.getOperationsCount(); i++) {
      for (Claim claim : claims) {
        if (claim.getOperation() == i) {
          known.begin(claim);
        }
      }
      found |= judge(known, call, i, answer);
      boolean ended =
          !answer.getReplies(i).hasAwaited() || answer.getReplies(i).getAwaited().getMet();
      for (Claim claim : claims) {
        if (ended && claim.getOperation() == i) {
          known.end(claim, "%s, operation %d".formatted(call, i));
        }
      }
    }
    return found;
  }

  private boolean judge(KnownTables known, Call call, int index, Answered answer) {
    Operation operation = call.invoked.getOperations(index);
    var reply = answer.getReplies(index);
    if (operation.hasTranslate() && reply.getTranslation().getOk()) {
      var asked = operation.getTranslate();
      Translation got = reply.getTranslation();
      long offset = asked.getIova() & got.getMask() & ~0xFFFL;
      return judge(
          known,
          call,
          index,
          new Access(
              asked.getSourceId(),
              asked.hasPasid() ? asked.getPasid() : -1,
              asked.getIova(),
              (got.getAddress() & ~got.getMask()) + offset));
    }
    boolean found = false;
    if (operation.hasAtsTranslate()) {
      var asked = operation.getAtsTranslate();
      for (AtsEntry it : reply.getAtsTranslations().getEntriesList()) {
        if (it.getPermissions() != 0) {
          int pasid = asked.hasPasid() ? asked.getPasid() : -1;
          found |=
              judge(
                  known,
                  call,
                  index,
                  new Access(asked.getSourceId(), pasid, it.getIova(), it.getAddress()));
        }
      }
    }
    return found;
  }

  private record Access(int sourceId, int pasid, long iova, long address) {}

  private boolean judge(KnownTables known, Call call, int index, Access it) {
    if (!known.knows(it.sourceId, it.pasid)) {
      return false;
    }
    checked();
    var against = known.against(it.sourceId, it.pasid, it.iova, it.address);
    if (against.isEmpty()) {
      return false;
    }
    broken(
        call.entity(),
        "function %#x%s reached %#x through %#x"
            .formatted(it.sourceId, it.pasid < 0 ? "" : ", PASID " + it.pasid, it.address, it.iova),
        "%s, operation %d".formatted(call, index),
        String.join("; ", against));
    return true;
  }

  // ---- the model ---------------------------------------------------------------------------

  private void byModel(Call call) {
    var step = models.current();
    if (step == null) {
      return;
    }
    for (int i = 0; i < step.fleet.size(); i++) {
      if (step.fleet.get(i) instanceof Reply.Translation fleet && fleet.ok()) {
        checked();
        var warm = (Reply.Translation) step.warm.get(i);
        var cold = (Reply.Translation) step.cold.get(i);
        if (!leads(warm, fleet) && !leads(cold, fleet)) {
          broken(
              call.entity(),
              "a translation leads to %#x".formatted(fleet.address()),
              "%s, operation %d: %s".formatted(call, i, Text.of(step.operations.get(i))),
              "the tables say " + cold,
              "caches may say " + warm);
        }
      }
    }
  }

  private static boolean leads(Reply.Translation model, Reply.Translation fleet) {
    return model.ok() && model.address() == fleet.address() && model.mask() == fleet.mask();
  }
}
