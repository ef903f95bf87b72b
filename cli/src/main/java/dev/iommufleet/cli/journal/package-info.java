/** {@code iommu-fleet journal}: looks into data directories; changes nothing in them. */
package dev.iommufleet.cli.journal;
