package dev.drover.gtm.server;

import dev.drover.gtm.protocol.NodeAddress;
import dev.drover.gtm.quorum.SeatServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where a GTM keeps what outlives it, and with that whether it is the only one. */
public sealed interface Keeping {
  /** The only GTM, with a log in this directory. */
  record OwnLog(Path directory) implements Keeping {}

  /**
   * One of several, with the seat and the state on these servers; closed with the GTM.
   *
   * @param gtms all of them, as clients reach them
   * @param origin of the one that begins the cluster's life with several: the directory of the log
   *     that it has kept as the only one, if it was
   */
  record OnServers(List<SeatServer> servers, List<NodeAddress> gtms, Optional<Path> origin)
      implements Keeping {
    public OnServers {
      servers = List.copyOf(servers);
      gtms = List.copyOf(gtms);
    }
  }
}
