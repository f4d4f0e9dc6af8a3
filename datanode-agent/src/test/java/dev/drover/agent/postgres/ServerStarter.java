package dev.drover.agent.postgres;

import java.io.IOException;

/** A process that starts a bound server, says where, and waits to be killed. */
final class ServerStarter {
  private ServerStarter() {}

  static void main() throws IOException {
    TemporaryServers servers = TemporaryServers.open();
    IO.println(servers.directory());
    IO.println(servers.start("bound").processId());
    System.in.read();
  }
}
