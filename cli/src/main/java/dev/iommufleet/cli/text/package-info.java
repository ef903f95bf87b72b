/** How values of the field are written and read: numbers, source ids, operations, facts, JSON. */
package dev.iommufleet.cli.text;
