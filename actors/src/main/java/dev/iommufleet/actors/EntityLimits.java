package dev.iommufleet.actors;

/**
 * What one entity takes; the same for local and remote callers.
 *
 * @param operationsPerRequest most operations of a request
 * @param requestBytes most bytes of a request's operations
 * @param replyBytes most bytes of its replies, estimated before it runs
 * @param memoryOperationBytes most bytes of a memory read or write or of a DMA
 * @param entryBytes most bytes of a journal entry
 * @param suspendedRequests most requests that wait at once
 * @param sessions client sessions that are remembered
 * @param requestsPerSession journaled requests of a session that are remembered
 * @param watchers most watchers at once
 * @param awaitMaxMillis longest deadline of an await
 */
public record EntityLimits(
    int operationsPerRequest,
    int requestBytes,
    int replyBytes,
    int memoryOperationBytes,
    int entryBytes,
    int suspendedRequests,
    int sessions,
    int requestsPerSession,
    int watchers,
    int awaitMaxMillis) {

  public static final EntityLimits DEFAULT =
      new EntityLimits(4_096, 128 << 10, 192 << 10, 64 << 10, 1 << 20, 64, 256, 64, 64, 60_000);
}
