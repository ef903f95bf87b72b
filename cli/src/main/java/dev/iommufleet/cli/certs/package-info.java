/** Certificates of a lab. */
package dev.iommufleet.cli.certs;
