package dev.iommufleet.cli.demo;

import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A bar on a terminal, a line for each tenth elsewhere. */
final class Progress implements AutoCloseable {
  private static final int TENTHS = 10;

  private final PrintWriter err;
  private final long total;
  private final ProgressBar bar;
  private long tenths;

  Progress(PrintWriter err, long total) {
    this.err = err;
    this.total = total;
    boolean terminal = System.console() != null && System.console().isTerminal();
    bar =
        terminal
            ? new ProgressBarBuilder()
                .setTaskName("replay")
                .setInitialMax(total)
                .setUnit(" KiB", 1 << 10)
                .build()
            : null;
  }

  void at(long done, long operations) {
    if (bar != null) {
      bar.setExtraMessage(" %,d operations".formatted(operations));
      bar.stepTo(done);
      return;
    }
    if (done * TENTHS / total > tenths) {
      tenths = done * TENTHS / total;
      err.println("replayed %d %%, %,d operations".formatted(tenths * TENTHS, operations));
      err.flush();
    }
  }

  /** Says something between. */
  void say(String text, Object... arguments) {
    if (bar != null) {
      bar.refresh();
      err.println();
    }
    err.println(text.formatted(arguments));
    err.flush();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
