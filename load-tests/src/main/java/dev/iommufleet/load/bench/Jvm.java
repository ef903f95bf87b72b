package dev.iommufleet.load.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Another JVM on this machine, as its own tools see it. */
record Jvm(long pid) {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
  private static final Pattern CPU_TICKS = Pattern.compile("\\) \\S(?: \\S+){10} (\\d+) (\\d+) ");
  private static final double TICKS_PER_SECOND = 100;

  /** Bytes of what is left after a full GC. */
  long liveBytes() throws IOException {
    var text = histogram();
    var total = TOTAL.matcher(text);
    if (!total.find()) {
      throw new IllegalStateException("no histogram of process " + pid + ": " + text);
    }
    return Long.parseLong(total.group(1));
  }

  /** Instances of a class that are left after a full GC. */
  long instances(String className) throws IOException {
    var line =
        Pattern.compile(
            "(?m)^\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+" + Pattern.quote(className) + "\\s*$");
    var found = line.matcher(histogram());
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }

  /** Lets it collect its garbage. */
  void collect() throws IOException {
    command("GC.run");
  }

  private String histogram() throws IOException {
    return command("GC.class_histogram");
  }

  private String command(String name) throws IOException {
    var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    var process =
        new ProcessBuilder(jcmd, Long.toString(pid), name).redirectErrorStream(true).start();
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IllegalStateException("jcmd %s of process %d: %s".formatted(name, pid, text));
    }
    return text;
  }

  /** Seconds of processor time so far, user and system; NaN where nobody tells. */
  double cpuSeconds() {
    try {
      var ticks = CPU_TICKS.matcher(Files.readString(Path.of("/proc/" + pid + "/stat")));
      return ticks.find()
          ? (Long.parseLong(ticks.group(1)) + Long.parseLong(ticks.group(2))) / TICKS_PER_SECOND
          : Double.NaN;
    } catch (IOException e) {
      return Double.NaN; // No Linux, or it has ended.
    }
  }
}
