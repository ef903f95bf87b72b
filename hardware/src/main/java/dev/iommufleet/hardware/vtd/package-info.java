/** The VT-d unit: registers, tables, caches, queues, faults. Pure. */
package dev.iommufleet.hardware.vtd;
