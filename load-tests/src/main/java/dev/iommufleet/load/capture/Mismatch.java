package dev.iommufleet.load.capture;

/**
 * An answer that differs from the capture's.
 *
 * @param seq of the operation's first line
 * @param operation what was asked, in the capture's terms
 * @param expected what the capture says, or "nothing"
 * @param actual what was answered, or "nothing"
 */
public record Mismatch(long seq, String operation, Kind kind, String expected, String actual) {}
