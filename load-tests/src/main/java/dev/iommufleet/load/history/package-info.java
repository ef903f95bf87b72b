/** What a load saw: recorded by many threads, kept in a file, read again later. */
package dev.iommufleet.load.history;
