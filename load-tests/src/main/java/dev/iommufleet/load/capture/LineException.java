package dev.iommufleet.load.capture;

/** A line that cannot be read; whoever knows its number adds it. */
final class LineException extends Exception {
  private static final long serialVersionUID = 1L;

  LineException(String message) {
    super(message);
  }
}
