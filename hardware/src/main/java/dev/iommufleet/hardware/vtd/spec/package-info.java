/**
 * Bit layouts of VT-d, one file for each structure, little-endian words. Walkers use the static
 * accessors on raw words, which allocate nothing; {@code decode} makes a record to show. The ids in
 * brackets are the rows of {@code docs/spec-map.md}. Bit ranges are written high:low, both ends
 * included, the way the tables of the architecture have them.
 */
package dev.iommufleet.hardware.vtd.spec;
