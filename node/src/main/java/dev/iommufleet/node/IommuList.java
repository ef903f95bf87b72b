package dev.iommufleet.node;

import dev.iommufleet.actors.Refusals;
import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.actors.RequestCheck;
import dev.iommufleet.config.LimitSettings;
import dev.iommufleet.persistence.journal.FleetIndex;
import dev.iommufleet.protocol.api.v1.ListIommusRequest;
import dev.iommufleet.protocol.api.v1.ListIommusResponse;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Which IOMMUs there are, in pages, out of the journal's index. */
record IommuList(FleetIndex index, LimitSettings limits, Executor blocking) {

  CompletionStage<ListIommusResponse> page(ListIommusRequest request) {
    long asked = Integer.toUnsignedLong(request.getPageSize());
    if (asked > limits.pageSizeMax()) {
      throw new RefusedException(Refusals.limit("page_size", limits.pageSizeMax(), asked));
    }
    int size = asked == 0 ? limits.pageSize() : (int) asked;
    var after = after(request.getPageToken());
    return CompletableFuture.supplyAsync(() -> page(after, size), blocking);
  }

  private ListIommusResponse page(String after, int size) {
    var ids = index.iommus(after, size + 1);
    var message = ListIommusResponse.newBuilder();
    ids.stream().limit(size).forEach(message::addIommuIds);
    if (ids.size() > size) {
      message.setNextPageToken(ids.get(size - 1));
    }
    return message.build();
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
