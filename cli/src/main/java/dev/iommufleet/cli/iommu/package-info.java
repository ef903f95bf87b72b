/** {@code iommu-fleet iommu}: looks at and drives one IOMMU over the API. */
package dev.iommufleet.cli.iommu;
