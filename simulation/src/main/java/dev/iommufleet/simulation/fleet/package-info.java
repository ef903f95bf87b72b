/** A whole small fleet from one seed: nodes, journal, network and guests, in virtual time. */
package dev.iommufleet.simulation.fleet;
