package dev.iommufleet.persistence.journal;

import dev.iommufleet.protocol.journal.v1.Entry;

/**
 * An entry as the journal holds it.
 *
 * @param sequenceNumber from 1, without gaps for each persistence id
 * @param payloadBytes size of the entry itself, without the row around it
 */
public record StoredEntry(
    String persistenceId, long sequenceNumber, int payloadBytes, Entry entry) {}
