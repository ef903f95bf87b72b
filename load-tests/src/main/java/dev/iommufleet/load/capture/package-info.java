/**
 * Captures of a reference emulator (format vtd-capture-1), replayed into an IOMMU and compared with
 * what the emulator answered.
 *
 * <p>A capture is read forward once: {@link dev.iommufleet.load.capture.CaptureReader} turns lines
 * into events, {@link dev.iommufleet.load.capture.Replayer} gathers the events of one outermost
 * operation into a {@link dev.iommufleet.load.capture.Step}, a {@link
 * dev.iommufleet.load.capture.Target} executes it, and {@link dev.iommufleet.load.capture.Comparer}
 * holds the answers against the capture.
 */
package dev.iommufleet.load.capture;
