package dev.drover.agent.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * TCP ports on the loopback interface that nobody uses. They lie below those that Linux gives to
 * clients' ends of connections, so no connection takes one before its server has started, nor while
 * that is down.
 */
public final class FreePorts {
  private static final int LOWEST = 15_000;
  private static final int BEHIND_HIGHEST = 32_768;
  private static final int MAX_ATTEMPTS = 1000;

  private FreePorts() {}

  public static int one() {
    return different(1).getFirst();
  }

  public static List<Integer> different(int count) {
    List<ServerSocket> held = new ArrayList<>(count);
    try {
      for (int attempt = 0; held.size() < count; attempt++) {
        if (attempt == MAX_ATTEMPTS) {
          throw new ServerFailedException("no %d free ports".formatted(count));
        }
        int candidate = ThreadLocalRandom.current().nextInt(LOWEST, BEHIND_HIGHEST);
        hold(candidate).ifPresent(held::add);
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      held.forEach(FreePorts::release);
    }
  }

  private static Optional<ServerSocket> hold(int port) {
    try {
      return Optional.of(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void release(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new ServerFailedException("cannot give a port back", e);
    }
  }
}
