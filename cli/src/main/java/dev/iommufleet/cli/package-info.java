/** The one command, {@code iommu-fleet}: thin commands over the other rooms. */
package dev.iommufleet.cli;
