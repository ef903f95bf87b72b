/** A lab on this machine: nodes as processes, the network between them, and what befalls them. */
package dev.iommufleet.cli.lab;
