package dev.iommufleet.load.capture;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Replays files, several at once, each into a target of its own.
 *
 * @param threads files replayed at once
 * @param keep mismatches kept in full for each file
 * @param progress told how many bytes more of a file were read; called on several threads
 */
public record ReplayRun(Supplier<Target> targets, int threads, int keep, LongConsumer progress) {

  /** Reports in the order of the files. */
  public List<Report> replay(List<Path> files) throws InterruptedException {
    List<Integer> largestFirst =
        IntStream.range(0, files.size())
            .boxed()
            .sorted(Comparator.comparingLong(i -> -size(files.get(i))))
            .toList();
    try (var pool = Executors.newFixedThreadPool(threads)) {
      @SuppressWarnings({"unchecked", "rawtypes"})
      Future<Report>[] running = new Future[files.size()];
      for (int i : largestFirst) {
        running[i] = pool.submit(() -> replay(files.get(i)));
      }
      Report[] reports = new Report[files.size()];
      for (int i = 0; i < reports.length; i++) {
        reports[i] = running[i].get();
      }
      return Arrays.asList(reports);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a replay failed: " + e.getCause(), e.getCause());
    }
  }

  private Report replay(Path path) {
    var report = new Report(path.toString(), keep);
    if (Files.isDirectory(path)) {
      report.failed("is a directory");
      return report;
    }
    try (var file = new Counted(Files.newInputStream(path));
        Target target = targets.get()) {
      Replayer.replay(file, target, report);
    } catch (NoSuchFileException e) {
      report.failed("there is no such file");
    } catch (IOException e) {
      report.failed("cannot be read: " + e.getMessage());
    }
    return report;
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // Replaying it says what is wrong.
    }
  }

  private final class Counted extends FilterInputStream {
    Counted(InputStream file) {
      super(file);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      progress.accept(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int read = super.read(bytes, from, length);
      progress.accept(Math.max(read, 0));
      return read;
    }
  }
}
