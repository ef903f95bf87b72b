/** Reading journals with no cluster running: entries, state at an entry, verification. */
package dev.iommufleet.persistence.journal;
