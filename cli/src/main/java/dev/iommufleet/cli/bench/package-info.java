/** The command {@code bench}. */
package dev.iommufleet.cli.bench;
