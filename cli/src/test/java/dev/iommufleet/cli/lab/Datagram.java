package dev.iommufleet.cli.lab;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;

/** Sends datagrams, or waits for one: exit code 0 if it came. Runs in a process of its own. */
final class Datagram {
  private static final int WAIT_MILLIS = 1_500;
  private static final int TIMES = 5;

  private Datagram() {}

  public static void main(String[] arguments) throws IOException {
    var address = new InetSocketAddress(InetAddress.getByName(arguments[1]), port(arguments[2]));
    System.exit(arguments[0].equals("send") ? send(address) : receive(address));
  }

  private static int port(String text) {
    return Integer.parseInt(text);
  }

  private static int send(InetSocketAddress to) throws IOException {
    try (var socket = new DatagramSocket()) {
      for (int i = 0; i < TIMES; i++) {
        socket.send(new DatagramPacket(new byte[] {1}, 1, to));
      }
      return 0;
    }
  }

  private static int receive(InetSocketAddress at) throws IOException {
    try (var socket = new DatagramSocket(at)) {
      socket.setSoTimeout(WAIT_MILLIS);
      System.out.write('r');
      System.out.flush();
      socket.receive(new DatagramPacket(new byte[1], 1));
      return 0;
    } catch (SocketTimeoutException e) {
      return 1;
    }
  }
}
