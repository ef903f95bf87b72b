/** Scenarios: what a load is, read from YAML and held to a schema. */
package dev.iommufleet.load.scenario;
