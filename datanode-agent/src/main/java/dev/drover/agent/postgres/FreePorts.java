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
 *
 * <p>Processes that choose at the same time may each be given a lane ({@code -Ddrover.ports.lane},
 * 0 to 7): ports of different lanes differ.
 */
public final class FreePorts {
  private static final int LOWEST = 15_000;
  private static final int BEHIND_HIGHEST = 32_768;
  private static final int MAX_ATTEMPTS = 1000;
  private static final int LANES = 8;
  private static final int NO_LANE = -1;
  private static final int LANE = Integer.getInteger("drover.ports.lane", NO_LANE);

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
        hold(inLane(candidate, LANE)).ifPresent(held::add);
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      held.forEach(FreePorts::release);
    }
  }

  /** A port of the lane near the given one; that itself without a lane. */
  static int inLane(int port, int lane) {
    return lane == NO_LANE ? port : port - port % LANES + lane;
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
