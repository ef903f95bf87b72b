/** What a lab needs beside nodes: a database server of its own. */
package dev.iommufleet.load.lab;
