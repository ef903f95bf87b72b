package dev.iommufleet.actors;

import java.util.function.LongSupplier;

/**
 * What an entity needs from outside.
 *
 * @param modelVersion goes into each entry
 * @param entries reads the journal back
 * @param unixNanos nanoseconds since 1970-01-01 UTC
 */
public record EntityEnvironment(
    EntitySettings settings, String modelVersion, EntrySource entries, LongSupplier unixNanos) {}
