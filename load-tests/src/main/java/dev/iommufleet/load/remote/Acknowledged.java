package dev.iommufleet.load.remote;

/**
 * What the node has acknowledged of an IOMMU.
 *
 * @param sequenceNumber journal entries
 * @param stateHash 64 bits
 * @param pasidCacheEntries as the acknowledged facts add up
 * @param repeated the answer is one that the journal had kept
 */
public record Acknowledged(
    long sequenceNumber, long stateHash, int pasidCacheEntries, boolean repeated) {}
