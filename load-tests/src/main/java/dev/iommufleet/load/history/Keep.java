package dev.iommufleet.load.history;

import dev.iommufleet.protocol.load.v1.Answered;
import dev.iommufleet.protocol.load.v1.HistoryRecord;
import dev.iommufleet.protocol.load.v1.Invoked;

/**
 * How much of each call the file keeps. Who listens while the load runs always sees all of it.
 *
 * @param wholeOneIn calls of one IOMMU or device in so many keep operations, replies and facts, of
 *     the others digests; 1: all are kept whole; 0: none
 * @param wholeBytes once the file is this long, only digests are kept
 */
public record Keep(int wholeOneIn, long wholeBytes) {
  private static final long USUAL_BYTES = 4L << 30;

  /** Everything, up to 4 GiB. */
  public static final Keep WHOLE = new Keep(1, USUAL_BYTES);

  boolean whole(String entity, long written) {
    return wholeOneIn > 0
        && written < wholeBytes
        && Math.floorMod(entity.hashCode(), wholeOneIn) == 0;
  }

  static HistoryRecord digest(HistoryRecord record) {
    return switch (record.getKindCase()) {
      case INVOKED -> record.toBuilder().setInvoked(digest(record.getInvoked())).build();
      case ANSWERED -> record.toBuilder().setAnswered(digest(record.getAnswered())).build();
      default -> record;
    };
  }

  private static Invoked digest(Invoked it) {
    return it.toBuilder()
        .setOperationsDigest(Digests.of(it.getOperationsList()))
        .clearOperations()
        .clearClaims()
        .build();
  }

  private static Answered digest(Answered it) {
    return it.toBuilder()
        .setRepliesDigest(Digests.of(it.getRepliesList()))
        .clearReplies()
        .clearFacts()
        .build();
  }
}
