/** {@code iommu-fleet capture}: captures of a reference emulator, replayed and compared. */
package dev.iommufleet.cli.capture;
