package dev.drover.redistribute.rewrite;

import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.CatalogNode;
import dev.drover.redistribute.move.Link;
import dev.drover.redistribute.move.Sweeper;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away what rewrites have left: whatever has the name of one though none such is under way.
 *
 * <p>Threads: confined to its {@link Sweeper}'s.
 */
public final class RewriteSweep implements Sweeper.Look {
  private static final Logger LOG = LoggerFactory.getLogger(RewriteSweep.class);
  private static final int KEY = -1;

  /** Numbers of jobs of which a node has something. */
  private static final String TRACES =
      """
      SELECT substring(name FROM '\\d+$') FROM (
        SELECT pubname FROM pg_publication WHERE pubname ~ '^drover_j\\d+$'
        UNION SELECT slot_name FROM pg_replication_slots WHERE slot_name ~ '^drover_j\\d+$'
        UNION SELECT nspname FROM pg_namespace WHERE nspname ~ '^drover\\$j\\d+$') x(name)\
      """;

  /** The newest rewrite when nothing was left of any. */
  private String cleanTo = "0";

  private RewriteSweep() {}

  public static Sweeper start(CatalogNode catalogNode, Servers servers) {
    return Sweeper.start(catalogNode, servers, KEY, new RewriteSweep());
  }

  @Override
  public void run(Sweeper sweeper, Link catalog) throws SQLException {
    String newest = catalog.ask("SELECT coalesce(max(job), 0) FROM drover.rewrite").orElse("0");
    if (newest.equals(cleanTo)) {
      return;
    }
    boolean noneIsLive = live(catalog).isEmpty();
    if (sweeper.eachNode(catalog, node -> sweep(catalog, node, sweeper)) && noneIsLive) {
      cleanTo = newest;
    }
  }

  /** Who begins after the look at the node is not seen there. */
  private static void sweep(Link catalog, Link link, Sweeper sweeper) throws SQLException {
    List<String> traces = link.column(TRACES);
    List<String> live = live(catalog);
    for (String job : traces) {
      if (!live.contains(job) && !sweeper.isStopping()) {
        LOG.info("event=rewrite_swept job={}", job);
        SourceNode.clear(link, Rewrite.objectName(job));
        TargetNode.drop(link, Rewrite.schema(job));
      }
    }
  }

  private static List<String> live(Link catalog) throws SQLException {
    return catalog.column("SELECT job FROM drover.rewrite WHERE finished IS NULL");
  }
}
