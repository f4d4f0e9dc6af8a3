package dev.drover.deploy;

import dev.drover.agent.postgres.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A port for a cluster that nobody has given one. */
final class FreePort {
  private static final int USUAL = 6432;

  private FreePort() {}

  /** The usual port, or any other if that is taken. */
  static int preferred() {
    try (ServerSocket socket = new ServerSocket(USUAL, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      return FreePorts.one();
    }
  }
}
