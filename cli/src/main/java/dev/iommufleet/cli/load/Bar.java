package dev.iommufleet.cli.load;

import dev.iommufleet.load.engine.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A bar for each phase on a terminal, lines elsewhere. */
final class Bar implements Progress {
  private static final int PARTS = 1_000;
  private static final long LINE_SECONDS = 5;

  private final PrintWriter err;
  private final boolean terminal = System.console() != null && System.console().isTerminal();
  private ProgressBar bar;
  private long lines;

  Bar(PrintWriter err) {
    this.err = err;
  }

  @Override
  public synchronized void look(Look look) {
    if (terminal) {
      if (bar == null) {
        bar =
            new ProgressBarBuilder()
                .setTaskName(look.phase())
                .setInitialMax(look.share() < 0 ? -1 : PARTS)
                .setUpdateIntervalMillis(500)
                .hideEta()
                .build();
      }
      bar.setExtraMessage(" " + text(look));
      bar.stepTo((long) (Math.max(0, look.share()) * PARTS));
    } else if (look.elapsed().toSeconds() / LINE_SECONDS >= lines) {
      lines = look.elapsed().toSeconds() / LINE_SECONDS + 1;
      err.println("%s, %d s: %s".formatted(look.phase(), look.elapsed().toSeconds(), text(look)));
      err.flush();
    }
  }

  private static String text(Look look) {
    return "%s%,.0f requests/s, %d errors, worst %s%s"
        .formatted(
            look.done().isEmpty() ? "" : look.done() + ", ",
            look.rate(),
            look.errors(),
            millis(look.worst()),
            look.violations() == 0 ? "" : ", " + look.violations() + " VIOLATIONS");
  }

  private static String millis(Duration time) {
    return "%.1f ms".formatted(time.toNanos() / 1e6);
  }

  @Override
  public synchronized void line(String text) {
    if (bar != null) {
      bar.refresh();
      err.println();
    }
    err.println(text);
    err.flush();
  }

  @Override
  public synchronized void phaseEnded() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
    lines = 0;
  }
}
