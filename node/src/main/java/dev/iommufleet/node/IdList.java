package dev.iommufleet.node;

import dev.iommufleet.actors.Refusals;
import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.actors.RequestCheck;
import dev.iommufleet.config.LimitSettings;
import dev.iommufleet.persistence.journal.JournalException;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Which IOMMUs, or host devices, there are, in pages, out of the journal's index. */
record IdList(Index index, LimitSettings limits, Executor blocking) {

  /** Ids behind one, ascending, at most so many. */
  @FunctionalInterface
  interface Index {
    List<String> behind(String after, int limit);
  }

  /** {@code nextToken} empty: the last page. */
  record Page(List<String> ids, String nextToken) {}

  /**
   * One page.
   *
   * @param pageSize unsigned; 0: the usual
   * @throws RefusedException LIMIT_EXCEEDED, BAD_PAGE_TOKEN; the stage fails with
   *     JOURNAL_UNAVAILABLE
   */
  CompletionStage<Page> page(int pageSize, String token) {
    long asked = Integer.toUnsignedLong(pageSize);
    if (asked > limits.pageSizeMax()) {
      throw new RefusedException(Refusals.limit("page_size", limits.pageSizeMax(), asked));
    }
    int size = asked == 0 ? limits.pageSize() : (int) asked;
    var after = after(token);
    return CompletableFuture.supplyAsync(() -> read(after, size), blocking);
  }

  private Page read(String after, int size) {
    var ids = behind(after, size + 1);
    return ids.size() > size
        ? new Page(List.copyOf(ids.subList(0, size)), ids.get(size - 1))
        : new Page(ids, "");
  }

  private List<String> behind(String after, int limit) {
    try {
      return index.behind(after, limit);
    } catch (JournalException e) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_JOURNAL_UNAVAILABLE,
          "the list cannot be read now (%s); ask again".formatted(e.getMessage()));
    }
  }

  /** A token is the last id of the page before. */
  private static String after(String token) {
    if (!token.isEmpty()) {
      try {
        RequestCheck.id(token);
      } catch (RefusedException e) {
        throw new RefusedException(
            RefusalCode.REFUSAL_CODE_BAD_PAGE_TOKEN,
            "the page token was not given out by this call");
      }
    }
    return token;
  }
}
