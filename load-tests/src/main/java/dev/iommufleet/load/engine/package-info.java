/** Drives many guests from one process, measures, and says what came of it. */
package dev.iommufleet.load.engine;
