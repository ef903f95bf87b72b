package dev.iommufleet.load.capture;

import java.io.IOException;

/** The file is not a capture that can be replayed. The message names the line. */
public final class CaptureException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long line;

  /** {@code line} counts from 1. */
  public CaptureException(long line, String message) {
    super("line " + line + ": " + message);
    this.line = line;
  }

  /** Counted from 1. */
  public long line() {
    return line;
  }
}
