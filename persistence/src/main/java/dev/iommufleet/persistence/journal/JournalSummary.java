package dev.iommufleet.persistence.journal;

/**
 * One entity's journal in figures.
 *
 * @param entries number of entries, which is also the last sequence number
 * @param payloadBytes sum of the entries' sizes, without the rows around them
 * @param firstUnixMillis when the first was written, milliseconds since 1970-01-01 UTC
 * @param lastUnixMillis when the last was written, milliseconds since 1970-01-01 UTC
 */
public record JournalSummary(
    String persistenceId,
    long entries,
    long payloadBytes,
    long firstUnixMillis,
    long lastUnixMillis) {}
