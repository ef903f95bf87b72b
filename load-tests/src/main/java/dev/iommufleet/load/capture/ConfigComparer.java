package dev.iommufleet.load.capture;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Compares a config line with the register file of a target that was created or reset. */
final class ConfigComparer {
  private static final int REGISTER_BYTES = 0x230;

  private final Report report;
  private final Step step;
  private final ConfigLine config;

  ConfigComparer(Report report, Step step) {
    this.report = report;
    this.step = step;
    this.config = step.config;
  }

  /** The tracker then holds what the line says, where the target tells nothing itself. */
  void compare(Optional<Target.RegisterImage> image, RegisterTracker tracker) {
    capabilities();
    if (image.isEmpty()) {
      report.notCompared(Kind.REGISTER_FILE);
    } else {
      words(image.get(), tracker);
    }
    tracker.settle();
  }

  private void capabilities() {
    try {
      var capabilities = config.config().capabilities();
      check("cap", hex(config.cap()), hex(capabilities.cap()));
      check("ecap", hex(config.ecap()), hex(capabilities.ecap()));
    } catch (LineException e) {
      throw new IllegalStateException("the configuration was accepted before: " + e.getMessage());
    }
  }

  private void words(Target.RegisterImage image, RegisterTracker tracker) {
    Map<Integer, ConfigLine.Word> listed = new HashMap<>();
    config.registers().forEach(word -> listed.put(word.offset(), word));
    for (int offset = 0; offset < REGISTER_BYTES; offset += Integer.BYTES) {
      var wanted = listed.getOrDefault(offset, new ConfigLine.Word(offset, 0, 0, 0, 0));
      var found =
          new ConfigLine.Word(
              offset,
              image.value(offset),
              image.writable(offset),
              image.writeOneToClear(offset),
              image.writeOnly(offset));
      check("register", text(wanted), text(found));
      tracker.set(offset, found.value());
    }
  }

  private void check(String name, String wanted, String found) {
    report.compared(Kind.REGISTER_FILE);
    if (!wanted.equals(found)) {
      report.mismatch(
          new Mismatch(
              step.seq, "config", Kind.REGISTER_FILE, name + " " + wanted, name + " " + found));
    }
  }

  private static String text(ConfigLine.Word word) {
    return "off=0x%x val=0x%x wmask=0x%x w1cmask=0x%x womask=0x%x"
        .formatted(
            word.offset(), word.value(), word.writable(), word.writeOneToClear(), word.writeOnly());
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
