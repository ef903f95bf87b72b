/** Who may talk to a node: certificates of a lab, and TLS on each of a node's doors. */
package dev.iommufleet.node.security;
