package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Holds a fleet's answers to the model's. */
final class ReplyComparison {
  private ReplyComparison() {}

  static List<Finding> compare(Step step, Answer expected, Answer actual) {
    return switch (expected) {
      case Answer.Done _ -> List.of();
      case Answer.Ran it when actual instanceof Answer.Ran other ->
          replies(step, it.replies(), other.replies());
      case Answer.Copied it
          when actual instanceof Answer.Copied other
              && it.ok() == other.ok()
              && Arrays.equals(it.data(), other.data()) ->
          List.of();
      case Answer.Ran _, Answer.Copied _ -> List.of(difference(step.kind(), expected, actual));
    };
  }

  private static List<Finding> replies(Step step, List<Reply> expected, List<Reply> actual) {
    var found = new ArrayList<Finding>(0);
    for (int i = 0; i < expected.size() && i < actual.size(); i++) {
      if (!same(expected.get(i), actual.get(i))) {
        found.add(
            difference(
                "operation %d of %s, %s"
                    .formatted(i, step.kind(), ((Step.Run) step).operations().get(i)),
                expected.get(i),
                actual.get(i)));
      }
    }
    return found;
  }

  private static Finding difference(String where, Object expected, Object actual) {
    return new Finding(
        Finding.ORACLE, "%s: the model says %s, the fleet %s".formatted(where, expected, actual));
  }

  /** Caches may be dropped at any moment, so where a translation came from is not compared. */
  private static boolean same(Reply expected, Reply actual) {
    return switch (expected) {
      case Reply.MemoryBytes it ->
          actual instanceof Reply.MemoryBytes other
              && it.status() == other.status()
              && Arrays.equals(it.bytes(), other.bytes());
      case Reply.DmaDone it ->
          actual instanceof Reply.DmaDone other
              && it.status() == other.status()
              && Arrays.equals(it.data(), other.data());
      case Reply.Translation it ->
          actual instanceof Reply.Translation other && fromAnywhere(it).equals(fromAnywhere(other));
      case Reply it -> it.equals(actual);
    };
  }

  private static Reply.Translation fromAnywhere(Reply.Translation it) {
    var source = it.source() == Reply.Source.IOTLB ? Reply.Source.WALK : it.source();
    return new Reply.Translation(
        it.ok(),
        source,
        false,
        it.iova(),
        it.address(),
        it.mask(),
        it.permissions(),
        it.faultReason());
  }
}
