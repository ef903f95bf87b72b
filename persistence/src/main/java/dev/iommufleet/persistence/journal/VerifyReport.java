package dev.iommufleet.persistence.journal;

import java.util.List;

/**
 * What verification of one journal found.
 *
 * @param entries in the journal
 * @param verified entries before the first divergence
 * @param divergences empty: none; otherwise the first, at which verification ends
 * @param stateHash after the last verified entry, 64 bits
 */
public record VerifyReport(
    String persistenceId,
    long entries,
    long verified,
    List<Divergence> divergences,
    long stateHash) {}
