/** Replays captures into IOMMUs of a running fleet. */
package dev.iommufleet.load.remote;
