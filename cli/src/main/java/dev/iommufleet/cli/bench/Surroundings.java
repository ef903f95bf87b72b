package dev.iommufleet.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;

/** What figures depend on besides the code: the machine, the JVM, what else was running. */
final class Surroundings {
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private Surroundings() {}

  /** One line. */
  static String text() {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return String.format(
        Locale.ROOT,
        "%d × %s, %d GiB; %s %s, %s; %s; load average %.1f",
        system.getAvailableProcessors(),
        processor(),
        system.getTotalMemorySize() >> 30,
        System.getProperty("java.vm.name"),
        System.getProperty("java.vm.version"),
        flags(),
        commit(),
        system.getSystemLoadAverage());
  }

  private static String processor() {
    try (var lines = Files.lines(PROCESSORS)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch"); // No Linux, or no leave to look.
    }
  }

  private static String commit() {
    var home = System.getProperty("iommufleet.home", ".");
    try {
      var process =
          new ProcessBuilder("git", "-C", home, "describe", "--always", "--dirty").start();
      var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? "commit " + text.strip() : "no commit known";
    } catch (IOException e) {
      return "no commit known"; // No git here.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "no commit known";
    }
  }

  /** Without what only says where things lie on this machine. */
  private static String flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(it -> !it.startsWith("-Diommufleet.home="))
        .collect(Collectors.joining(" "));
  }
}
