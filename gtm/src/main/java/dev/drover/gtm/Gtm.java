package dev.drover.gtm;

import dev.drover.gtm.locks.JdbcLockGraphSource;
import dev.drover.gtm.protocol.Handshake;
import dev.drover.gtm.server.GtmServer;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * A global transaction manager inside this process.
 *
 * <p>Threads: thread-safe.
 */
public final class Gtm implements AutoCloseable {
  private final GtmServer server;

  private Gtm(GtmServer server) {
    this.server = server;
  }

  /** Serves when it returns. */
  public static Gtm start(GtmConfig config) throws IOException {
    return new Gtm(
        GtmServer.start(
            config.address(),
            config.directory(),
            new Handshake(config.secret()),
            config.terms(),
            new JdbcLockGraphSource(config.locks())));
  }

  public int port() {
    return server.port();
  }

  /** Completes exceptionally if the GTM cannot go on; the process has to end then. */
  public CompletableFuture<Void> stopped() {
    return server.stopped();
  }

  @Override
  public void close() {
    server.close();
  }
}
