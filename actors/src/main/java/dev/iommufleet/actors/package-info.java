/**
 * The entity of each IOMMU: one at a time it takes requests, lets the hardware run them, journals
 * what came of it, and only then tells anybody.
 */
package dev.iommufleet.actors;
