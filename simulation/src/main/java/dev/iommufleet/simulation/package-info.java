/**
 * Every order in which messages can arrive, tried out over the same pure code that the actors run.
 */
package dev.iommufleet.simulation;
