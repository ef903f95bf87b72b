/** What a node counts, for those who scrape it. */
package dev.iommufleet.node.metrics;
