/** Host devices: create, look at, attach and drive them. */
package dev.iommufleet.cli.device;
