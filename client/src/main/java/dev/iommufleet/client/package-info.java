/**
 * The Java client. It speaks in the messages of {@code dev.iommufleet.protocol.api.v1}; what it
 * adds is request ids, repeats, flow control and typed errors.
 */
package dev.iommufleet.client;
