/** A device behind an IOMMU, and the host's kernel interface that a passed-through one uses. */
package dev.iommufleet.hardware.device;
