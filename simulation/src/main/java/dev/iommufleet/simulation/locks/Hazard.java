package dev.iommufleet.simulation.locks;

/**
 * Something that goes wrong.
 *
 * @param kind the same for hazards that are one to a reader: names no thread
 * @param what in full, with threads
 */
record Hazard(Verdict verdict, String kind, String what) {}
