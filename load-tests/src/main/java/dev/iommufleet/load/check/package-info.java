/** Whether what a load saw may be: the house's invariants, as far as they show from outside. */
package dev.iommufleet.load.check;
