/** The data directory of a node with an embedded journal: files, schema, lock. */
package dev.iommufleet.persistence.store;
