package dev.drover.deploy.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** TCP ports on the loopback interface. */
final class Ports {
  private static final int MAX_PORT = 65_535;

  private Ports() {}

  static void requireValid(int port) {
    if (port < 1 || port > MAX_PORT) {
      throw new ClusterException("not a port: " + port);
    }
  }

  /** Names the first process whose port somebody else has. */
  static void requireFree(ClusterSettings settings) {
    for (Member member : Member.of(settings)) {
      int port = member.port(settings);
      if (!isFree(port)) {
        throw new ClusterException(
            "port %d, meant for %s, is in use".formatted(port, member.label()));
      }
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /** The first free ports above the given one. */
  static List<Integer> freeAbove(int port, int count) {
    List<Integer> free = new ArrayList<>(count);
    for (int candidate = port + 1; free.size() < count; candidate++) {
      if (candidate > MAX_PORT) {
        throw new ClusterException("no %d free ports above %d".formatted(count, port));
      }
      if (isFree(candidate)) {
        free.add(candidate);
      }
    }
    return free;
  }
}
