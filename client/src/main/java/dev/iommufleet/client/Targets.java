package dev.iommufleet.client;

import java.util.regex.Pattern;

/** Targets as people write them. */
final class Targets {
  private static final Pattern HOST_AND_PORT =
      Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.%]+])\\:([0-9]{1,5})");
  private static final int PORT_MAX = 65_535;

  private Targets() {}

  /**
   * @throws IllegalArgumentException if it is not {@code HOST:PORT}, or several with commas
   */
  static void check(String targets) {
    for (String target : targets.split(",", -1)) {
      checkOne(target);
    }
  }

  private static void checkOne(String target) {
    var parts = HOST_AND_PORT.matcher(target);
    if (!parts.matches() || port(parts.group(2)) == 0 || port(parts.group(2)) > PORT_MAX) {
      throw new IllegalArgumentException(
          "'%s' is no target; a target is HOST:PORT with a port from 1 to 65535, as in"
                  .formatted(target)
              + " localhost:8651 or [::1]:8651");
    }
  }

  private static int port(String digits) {
    return Integer.parseInt(digits);
  }
}
