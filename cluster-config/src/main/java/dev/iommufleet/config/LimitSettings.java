package dev.iommufleet.config;

import java.util.Set;

/**
 * The limits that callers meet; each is refused by its name.
 *
 * @param operationsPerRequest 1 to 65,536
 * @param requestBytes of one request's operations, 1 KiB to 1 MiB
 * @param replyBytes of one request's replies, 1 KiB to 1 MiB
 * @param memoryOperationBytes of one memory read, write or DMA, 1 KiB to 1 MiB
 * @param entryBytes of one journal entry, 64 KiB to 16 MiB
 * @param grpcMessageBytes of one gRPC message, 64 KiB to 64 MiB
 * @param requestsInFlight of one entity and gateway, 1 to 4,096
 * @param streamOperationsInFlight operations of one stream that wait at once, 1 to 1,048,576
 * @param pageSize rows of a list when the caller does not say, 1 to pageSizeMax
 * @param pageSizeMax most rows of one page of a list, 1 to 10,000
 * @param suspendedRequests of one entity, 1 to 4,096
 * @param sessions client sessions that one entity remembers, 1 to 65,536
 * @param requestsPerSession requests of a session that one entity remembers, 1 to 4,096
 * @param watchersPerEntity 1 to 4,096
 */
public record LimitSettings(
    int operationsPerRequest,
    int requestBytes,
    int replyBytes,
    int memoryOperationBytes,
    int entryBytes,
    int grpcMessageBytes,
    int requestsInFlight,
    int streamOperationsInFlight,
    int pageSize,
    int pageSizeMax,
    int suspendedRequests,
    int sessions,
    int requestsPerSession,
    int watchersPerEntity) {

  private static final Set<String> NAMES =
      Set.of(
          "operations-per-request",
          "request-bytes",
          "reply-bytes",
          "memory-operation-bytes",
          "entry-bytes",
          "grpc-message-bytes",
          "requests-in-flight",
          "stream-operations-in-flight",
          "page-size",
          "page-size-max",
          "suspended-requests",
          "sessions",
          "requests-per-session",
          "watchers-per-entity");

  static LimitSettings of(Block block) {
    block.knowing(NAMES);
    int pageSizeMax = block.between("page-size-max", 1, 10_000);
    var limits =
        new LimitSettings(
            block.between("operations-per-request", 1, 65_536),
            block.between("request-bytes", 1 << 10, 1 << 20),
            block.between("reply-bytes", 1 << 10, 1 << 20),
            block.between("memory-operation-bytes", 1 << 10, 1 << 20),
            block.between("entry-bytes", 64 << 10, 16 << 20),
            block.between("grpc-message-bytes", 64 << 10, 64 << 20),
            block.between("requests-in-flight", 1, 4_096),
            block.between("stream-operations-in-flight", 1, 1 << 20),
            block.between("page-size", 1, pageSizeMax),
            pageSizeMax,
            block.between("suspended-requests", 1, 4_096),
            block.between("sessions", 1, 65_536),
            block.between("requests-per-session", 1, 4_096),
            block.between("watchers-per-entity", 1, 4_096));
    limits.check(block);
    return limits;
  }

  /** A request and its reply must fit into the entry and into the messages that carry them. */
  private void check(Block block) {
    if (requestBytes + replyBytes > entryBytes) {
      throw block.refused(
          "entry-bytes", "is " + entryBytes + ", less than request-bytes plus reply-bytes");
    }
    if (Math.max(requestBytes, replyBytes) > grpcMessageBytes) {
      throw block.refused(
          "grpc-message-bytes", "is " + grpcMessageBytes + ", less than a request or a reply");
    }
    if (memoryOperationBytes > Math.min(requestBytes, replyBytes)) {
      throw block.refused(
          "memory-operation-bytes",
          "is " + memoryOperationBytes + ", more than fits into a request or a reply");
    }
    if (streamOperationsInFlight < operationsPerRequest) {
      throw block.refused(
          "stream-operations-in-flight",
          "is " + streamOperationsInFlight + ", less than operations-per-request");
    }
  }
}
