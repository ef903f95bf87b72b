package dev.iommufleet.persistence.journal;

/**
 * An entry as the journal holds it, or a snapshot as the snapshot store does.
 *
 * @param sequenceNumber from 1, without gaps for each persistence id; of a snapshot: of the last
 *     entry that it covers
 * @param payloadBytes size of the message itself, without the row around it
 */
public record Stored<M>(String persistenceId, long sequenceNumber, int payloadBytes, M message) {}
