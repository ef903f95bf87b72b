/** {@code iommu-fleet load}: scenarios run against a fleet. */
package dev.iommufleet.cli.load;
