package dev.drover.gtm.server;

import dev.drover.gtm.quorum.SeatServer;
import java.nio.file.Path;
import java.util.List;

/** Where a GTM keeps what outlives it, and with that whether it is the only one. */
public sealed interface Keeping {
  /** The only GTM, with a log in this directory. */
  record OwnLog(Path directory) implements Keeping {}

  /** One of several, with the seat and the state on these servers; closed with the GTM. */
  record OnServers(List<SeatServer> servers) implements Keeping {
    public OnServers {
      servers = List.copyOf(servers);
    }
  }
}
