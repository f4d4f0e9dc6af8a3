package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.CatalogNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a look at the nodes every few seconds, for what is left of jobs; one coordinator at a time
 * does.
 *
 * <p>Threads: one virtual thread.
 */
public final class Sweeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
  private static final Duration PAUSE = Duration.ofSeconds(10);
  private static final String APPLICATION = "drover sweep";

  private final CatalogNode catalogNode;
  private final Servers servers;
  private final String lock;
  private final Look look;
  private final Thread thread;
  private volatile boolean stopping;

  /** What is done each time. */
  public interface Look {
    void run(Sweeper sweeper, Link catalog) throws SQLException;
  }

  /** What is done on each node. */
  public interface Visit {
    void run(Link node) throws SQLException;
  }

  private Sweeper(CatalogNode catalogNode, Servers servers, int key, Look look) {
    this.catalogNode = requireNonNull(catalogNode);
    this.servers = requireNonNull(servers);
    this.lock = "SELECT pg_catalog.pg_try_advisory_lock(1685219938, %d)".formatted(key);
    this.look = requireNonNull(look);
    this.thread = Thread.ofVirtual().name("sweep" + key).unstarted(this::run);
  }

  /** {@code key} is the second one of the advisory lock; the first is that of jobs. */
  public static Sweeper start(CatalogNode catalogNode, Servers servers, int key, Look look) {
    Sweeper sweeper = new Sweeper(catalogNode, servers, key, look);
    sweeper.thread.start();
    return sweeper;
  }

  /** The rest can wait for another coordinator. */
  public boolean isStopping() {
    return stopping;
  }

  /** Visits all nodes; false if some could not be. */
  public boolean eachNode(Link catalog, Visit visit) throws SQLException {
    boolean isWhole = true;
    for (String node : catalog.column("SELECT id FROM drover.nodes WHERE id > 0")) {
      try (Link link = new Link(servers.connect(Integer.parseInt(node), APPLICATION))) {
        visit.run(link);
      } catch (SQLException e) {
        LOG.warn("event=node_not_swept node={} reason={}", node, e.getMessage());
        isWhole = false;
      }
    }
    return isWhole;
  }

  private void run() {
    while (!stopping) {
      try (Connection connection = catalogNode.connect()) {
        lookAgainAndAgain(new Link(connection));
      } catch (SQLException e) {
        LOG.debug("event=sweep_interrupted reason={}", e.getMessage());
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private void lookAgainAndAgain(Link catalog) throws SQLException {
    while (!stopping) {
      if (catalog.is(lock)) {
        look.run(this, catalog);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
