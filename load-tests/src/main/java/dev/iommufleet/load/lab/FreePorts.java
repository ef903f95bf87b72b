package dev.iommufleet.load.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * TCP ports for servers that have to keep theirs while they are away. Connections are not given
 * these by Linux, whose own are 32,768 to 60,999: one of those that was free may be anybody's when
 * its server comes back.
 */
public final class FreePorts {
  private static final int LEAST = 12_000;
  private static final int END = 32_000;
  private static final int TRIES = 1_000;

  private FreePorts() {}

  public static int one() {
    return several(1).getFirst();
  }

  /**
   * Different ones that are free on loopback now.
   *
   * @throws LabException there are none
   */
  public static List<Integer> several(int count) {
    var sockets = new ArrayList<ServerSocket>();
    try {
      for (int tries = 0; sockets.size() < count; tries++) {
        int port = ThreadLocalRandom.current().nextInt(LEAST, END);
        try {
          sockets.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
        } catch (IOException e) {
          if (tries > TRIES) {
            throw new LabException("no free port was found: " + e.getMessage(), e);
          }
        }
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      sockets.forEach(FreePorts::close);
    }
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new LabException("a port cannot be freed: " + e.getMessage(), e);
    }
  }
}
