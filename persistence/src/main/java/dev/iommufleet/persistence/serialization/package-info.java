/** What Akka writes to journals and wires, under names that are ours. */
package dev.iommufleet.persistence.serialization;
