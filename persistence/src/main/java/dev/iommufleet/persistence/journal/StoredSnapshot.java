package dev.iommufleet.persistence.journal;

import dev.iommufleet.protocol.journal.v1.Snapshot;

/**
 * A snapshot as the snapshot store holds it.
 *
 * @param sequenceNumber of the last entry that it covers
 * @param payloadBytes size of the snapshot itself, without the row around it
 */
public record StoredSnapshot(
    String persistenceId, long sequenceNumber, int payloadBytes, Snapshot snapshot) {}
