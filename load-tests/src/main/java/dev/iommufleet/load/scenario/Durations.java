package dev.iommufleet.load.scenario;

import java.time.Duration;
import java.util.regex.Pattern;

/** Durations as scenarios write them: {@code 250us}, {@code 20ms}, {@code 1.5s}, {@code 30m}. */
public final class Durations {
  private static final Pattern TEXT = Pattern.compile("(\\d+(?:\\.\\d+)?)(us|ms|s|m|h)");

  private Durations() {}

  /**
   * @throws IllegalArgumentException if the text is no duration
   */
  public static Duration parse(String text) {
    var match = TEXT.matcher(text);
    if (!match.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no duration; write a number and us, ms, s, m or h, as in 1.5s".formatted(text));
    }
    double nanos =
        switch (match.group(2)) {
          case "us" -> 1e3;
          case "ms" -> 1e6;
          case "s" -> 1e9;
          case "m" -> 60e9;
          default -> 3_600e9;
        };
    return Duration.ofNanos(Math.round(Double.parseDouble(match.group(1)) * nanos));
  }
}
