/** Benchmarks: what this project is measured by, run by hand and in a tiny form by the tests. */
package dev.iommufleet.load.bench;
