/** {@code iommu-fleet cluster}: the nodes, for those who run them. */
package dev.iommufleet.cli.cluster;
