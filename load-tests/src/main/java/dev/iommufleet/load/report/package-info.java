/** What a load came to, for people and for scripts. */
package dev.iommufleet.load.report;
