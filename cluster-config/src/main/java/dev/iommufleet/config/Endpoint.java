package dev.iommufleet.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * A place in the network.
 *
 * @param host name or address, without brackets
 * @param port 1 to 65,535
 */
public record Endpoint(String host, int port) {
  private static final Pattern TEXT =
      Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.%]+])(?::([0-9]{1,5}))?");
  private static final int PORT_MOST = 65_535;

  /**
   * {@code HOST:PORT}, or {@code HOST} alone where {@code usualPort} is not 0.
   *
   * @throws IllegalArgumentException the text is neither; the message says what goes
   */
  public static Endpoint parse(String text, int usualPort) {
    var parts = TEXT.matcher(text.strip());
    if (!parts.matches() || (parts.group(2) == null && usualPort == 0)) {
      throw new IllegalArgumentException(
          "'%s' is no HOST:PORT, as in lab1:8652 or [fd00::1]:8652".formatted(text));
    }
    int port = parts.group(2) == null ? usualPort : Integer.parseInt(parts.group(2));
    if (port < 1 || port > PORT_MOST) {
      throw new IllegalArgumentException(
          "'%s' has no port that can be reached; 1 to %d go".formatted(text, PORT_MOST));
    }
    var host = parts.group(1);
    return new Endpoint(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
  }

  /**
   * The address that the name has now, and the same port.
   *
   * @throws IllegalArgumentException there is none
   */
  Endpoint resolved() {
    return new Endpoint(address(host).getHostAddress(), port);
  }

  /**
   * @throws IllegalArgumentException the host has no address
   */
  static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("no address for host '%s'".formatted(host), e);
    }
  }

  @Override
  public String toString() {
    return host.contains(":") ? "[%s]:%d".formatted(host, port) : host + ":" + port;
  }
}
