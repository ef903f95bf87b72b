/** The explorer of interleavings at the terminal. */
package dev.iommufleet.cli.explore;
