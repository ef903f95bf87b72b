package dev.iommufleet.actors;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What an entity needs from outside.
 *
 * @param modelVersion goes into each entry
 * @param entries reads the journal back
 * @param peers the way to other entities
 * @param node address of this node as clients see it, host:port
 * @param metrics counts what happens
 * @param unixNanos nanoseconds since 1970-01-01 UTC
 * @param ownership whether no other node runs what this one runs
 */
public record EntityEnvironment(
    EntitySettings settings,
    String modelVersion,
    EntrySource entries,
    Peers peers,
    Supplier<String> node,
    EntityMetrics metrics,
    LongSupplier unixNanos,
    Ownership ownership) {}
