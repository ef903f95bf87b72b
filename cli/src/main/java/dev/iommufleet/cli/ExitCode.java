package dev.iommufleet.cli;

/** What the command ends with; a contract with scripts. */
public final class ExitCode {
  public static final int DONE = 0;

  /** A mismatch, a violation or a failed expectation was found. */
  public static final int FOUND = 1;

  /** Bad usage or bad input. */
  public static final int USAGE = 2;

  /** The target cannot be reached. */
  public static final int UNREACHABLE = 3;

  /** The target refused. */
  public static final int REFUSED = 4;

  /** We erred; the launcher's code for what is not the command's own. */
  public static final int OUR_FAILURE = 70;

  private ExitCode() {}
}
