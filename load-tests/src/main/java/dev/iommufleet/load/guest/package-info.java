/** Synthetic guests that drive an IOMMU as a Linux guest does, and the model they are held to. */
package dev.iommufleet.load.guest;
