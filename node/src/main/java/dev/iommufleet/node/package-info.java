/** The process: gRPC services over the entities, health, start and drain. */
package dev.iommufleet.node;
