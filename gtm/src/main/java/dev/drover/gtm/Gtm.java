package dev.drover.gtm;

import dev.drover.gtm.locks.JdbcLockGraphSource;
import dev.drover.gtm.protocol.Handshake;
import dev.drover.gtm.quorum.JdbcSeatServer;
import dev.drover.gtm.quorum.SeatServer;
import dev.drover.gtm.server.GtmServer;
import dev.drover.gtm.server.Keeping;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
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

  /** Serves when it returns, or stands by. */
  public static Gtm start(GtmConfig config) throws IOException {
    return new Gtm(
        GtmServer.start(
            config.address(),
            keeping(config),
            new Handshake(config.secret()),
            config.terms(),
            new JdbcLockGraphSource(config.locks())));
  }

  private static Keeping keeping(GtmConfig config) {
    if (config.seatServers().isEmpty()) {
      return new Keeping.OwnLog(config.directory().orElseThrow());
    }
    return new Keeping.OnServers(
        config.seatServers().stream()
            .<SeatServer>map(
                node -> new JdbcSeatServer(node, config.locks().database(), config.secret()))
            .toList(),
        config.gtms(),
        config.directory());
  }

  public int port() {
    return server.port();
  }

  /** What it counts, for whoever shows it. */
  public MeterBinder metrics(Tags tags) {
    return new GtmMetrics(server, tags);
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
