/**
 * The same scenarios under declared lock disciplines: an emulator with threads and locks instead of
 * actors, and every order in which its threads can run.
 *
 * <p>{@code Op}, {@code Code}, {@code Program}, {@code Machine} and {@code Search} know locks,
 * accesses and threads, and nothing of an IOMMU; the other classes say what the threads of a
 * scenario do in such an emulator.
 */
package dev.iommufleet.simulation.locks;
