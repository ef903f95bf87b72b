/** What an IOMMU and a device that is attached to it tell each other. */
package dev.iommufleet.hardware.link;
