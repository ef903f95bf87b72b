/** {@code iommu-fleet demo}: the main job in one go. */
package dev.iommufleet.cli.demo;
