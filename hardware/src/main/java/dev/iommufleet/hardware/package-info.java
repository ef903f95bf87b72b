/** The emulated machine, pure: no clock, no randomness, no I/O, no threads, no logging. */
package dev.iommufleet.hardware;
