package dev.drover.redistribute.rewrite;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.CatalogNode;
import dev.drover.redistribute.move.Link;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away what rewrites have left: whatever has the name of one though none such is under way.
 *
 * <p>Threads: one virtual thread.
 */
public final class RewriteSweep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RewriteSweep.class);

  /** Second key of the advisory lock; the first is that of jobs. */
  private static final String LOCK = "SELECT pg_catalog.pg_try_advisory_lock(1685219938, -1)";

  private static final Duration PAUSE = Duration.ofSeconds(10);
  private static final String APPLICATION = "drover sweep";

  /** Numbers of jobs of which a node has something. */
  private static final String TRACES =
      """
      SELECT substring(name FROM '\\d+$') FROM (
        SELECT pubname FROM pg_publication WHERE pubname ~ '^drover_j\\d+$'
        UNION SELECT slot_name FROM pg_replication_slots WHERE slot_name ~ '^drover_j\\d+$'
        UNION SELECT nspname FROM pg_namespace WHERE nspname ~ '^drover\\$j\\d+$') x(name)\
      """;

  private final CatalogNode catalogNode;
  private final Servers servers;
  private final Thread thread;
  private volatile boolean stopping;

  /** The newest rewrite when nothing was left of any. */
  private String cleanTo = "0";

  private RewriteSweep(CatalogNode catalogNode, Servers servers) {
    this.catalogNode = requireNonNull(catalogNode);
    this.servers = requireNonNull(servers);
    this.thread = Thread.ofVirtual().name("rewrite-sweep").unstarted(this::run);
  }

  public static RewriteSweep start(CatalogNode catalogNode, Servers servers) {
    RewriteSweep sweep = new RewriteSweep(catalogNode, servers);
    sweep.thread.start();
    return sweep;
  }

  private void run() {
    while (!stopping) {
      try (Connection connection = catalogNode.connect()) {
        sweepAgainAndAgain(new Link(connection));
      } catch (SQLException e) {
        LOG.debug("event=sweep_interrupted reason={}", e.getMessage());
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private void sweepAgainAndAgain(Link catalog) throws SQLException {
    while (!stopping) {
      if (catalog.is(LOCK)) {
        sweep(catalog);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private void sweep(Link catalog) throws SQLException {
    String newest = catalog.ask("SELECT coalesce(max(job), 0) FROM drover.rewrite").orElse("0");
    if (newest.equals(cleanTo)) {
      return;
    }
    boolean isWhole = live(catalog).isEmpty();
    for (String node : catalog.column("SELECT id FROM drover.nodes WHERE id > 0")) {
      try (Link link = new Link(servers.connect(Integer.parseInt(node), APPLICATION))) {
        sweep(catalog, link);
      } catch (SQLException e) {
        LOG.warn("event=node_not_swept node={} reason={}", node, e.getMessage());
        isWhole = false;
      }
    }
    if (isWhole) {
      cleanTo = newest;
    }
  }

  /** Who begins after the look at the node is not seen there. */
  private void sweep(Link catalog, Link link) throws SQLException {
    List<String> traces = link.column(TRACES);
    List<String> live = live(catalog);
    for (String job : traces) {
      if (!live.contains(job) && !stopping) {
        LOG.info("event=rewrite_swept job={}", job);
        SourceNode.clear(link, Rewrite.objectName(job));
        TargetNode.drop(link, Rewrite.schema(job));
      }
    }
  }

  private static List<String> live(Link catalog) throws SQLException {
    return catalog.column("SELECT job FROM drover.rewrite WHERE finished IS NULL");
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
