/** What guest memory holds for the unit (tables, queues), decoded from any source of bytes. */
package dev.iommufleet.cli.tables;
