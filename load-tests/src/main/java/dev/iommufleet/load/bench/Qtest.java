package dev.iommufleet.load.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * One emulator process with one IOMMU, driven over its test socket: lines of text, one answered
 * after the other.
 */
final class Qtest implements AutoCloseable {
  /** Of the IOMMU's register page, with offset 0: the version. */
  static final String READ_VERSION = "readl 0xfed90000\n";

  private static final String VERSION = "OK 0x0000000000000010";
  private static final long START_MILLIS = 30_000;
  private static final Pattern PSS = Pattern.compile("(?m)^Pss:\\s+(\\d+) kB");
  private static final Pattern PRIVATE =
      Pattern.compile("(?m)^Private_(?:Clean|Dirty):\\s+(\\d+) kB");

  private final Process process;
  private final SocketChannel socket;
  private final BufferedReader answers;

  private Qtest(Process process, SocketChannel socket) {
    this.process = process;
    this.socket = socket;
    this.answers =
        new BufferedReader(Channels.newReader(socket, StandardCharsets.US_ASCII), 1 << 16);
  }

  /** Returns when the IOMMU has answered. */
  static Qtest start(Path program, Path folder, int number)
      throws IOException, InterruptedException {
    var path = folder.resolve("qtest-" + number);
    var process =
        new ProcessBuilder(
                List.of(
                    program.toString(),
                    "-machine",
                    "q35",
                    "-device",
                    "intel-iommu",
                    "-accel", // Not every distribution builds it; stopped, the other runs nothing.
                    "qtest",
                    "-accel",
                    "tcg",
                    "-qtest",
                    "unix:" + path + ",server=on,wait=off",
                    "-qtest-log",
                    "none",
                    "-nodefaults",
                    "-display",
                    "none",
                    "-S"))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("qtest-" + number + ".log").toFile())
            .start();
    try {
      var qtest = new Qtest(process, connect(process, path));
      qtest.read(1);
      return qtest;
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static SocketChannel connect(Process process, Path path)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
    while (true) {
      var socket = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        socket.connect(UnixDomainSocketAddress.of(path));
        return socket;
      } catch (IOException e) {
        socket.close();
        if (!process.isAlive() || System.nanoTime() - deadline > 0) {
          throw new IOException("the emulator does not listen on " + path, e);
        }
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }
  }

  /** Reads the register so many times, all asked for before the first is answered. */
  void read(int times) throws IOException {
    var lines = ByteBuffer.wrap(READ_VERSION.repeat(times).getBytes(StandardCharsets.US_ASCII));
    while (lines.hasRemaining()) {
      socket.write(lines);
    }
    for (int i = 0; i < times; i++) {
      var answer = answers.readLine();
      if (!VERSION.equals(answer)) {
        throw new IOException("the emulator answered '%s', not '%s'".formatted(answer, VERSION));
      }
    }
  }

  long pid() {
    return process.pid();
  }

  /** KiB of memory, pages that are shared counted in part. */
  static double pssKib(long pid) throws IOException {
    return sum(PSS, pid);
  }

  /** KiB of memory that nobody shares. */
  static double privateKib(long pid) throws IOException {
    return sum(PRIVATE, pid);
  }

  private static double sum(Pattern line, long pid) throws IOException {
    return line.matcher(Files.readString(Path.of("/proc/" + pid + "/smaps_rollup")))
        .results()
        .mapToDouble(found -> Double.parseDouble(found.group(1)))
        .sum();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    process.destroyForcibly();
  }
}
