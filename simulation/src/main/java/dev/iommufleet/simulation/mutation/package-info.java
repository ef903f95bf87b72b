/**
 * Machines with one rule of their protocol taken out, explored to show what the rule keeps from
 * happening. No switch in the machines: the class file is changed when it is loaded.
 */
package dev.iommufleet.simulation.mutation;
