/** The hardware's records to and from protobuf messages, one to one. */
package dev.iommufleet.persistence.mapping;
