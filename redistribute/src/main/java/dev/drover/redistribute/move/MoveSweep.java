package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.CatalogNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away what moves have left: leaves that were given away, when their time is over, and
 * whatever has a move's name though no such move is under way.
 *
 * <p>Threads: one virtual thread.
 */
public final class MoveSweep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MoveSweep.class);

  /** Second key of the advisory lock; the first is that of jobs. */
  private static final String LOCK = "SELECT pg_catalog.pg_try_advisory_lock(1685219938, 0)";

  private static final Duration PAUSE = Duration.ofSeconds(10);
  private static final String APPLICATION = "drover sweep";

  /** Numbers of moves, and of jobs below 0, of which a node has something. */
  private static final String TRACES =
      """
      SELECT DISTINCT CASE WHEN name ~ '^drover_r' THEN '-' ELSE '' END
        || substring(name FROM '\\d+$') FROM (
        SELECT pubname FROM pg_publication WHERE pubname ~ '^drover_[mr]\\d+$'
        UNION SELECT slot_name FROM pg_replication_slots WHERE slot_name ~ '^drover_[mr]\\d+$'
        UNION SELECT subname FROM pg_subscription WHERE subname ~ '^drover_[mr]\\d+$'
        UNION SELECT nspname FROM pg_namespace WHERE nspname ~ '^drover\\$trash\\d+$'
        UNION SELECT description FROM pg_description
          WHERE classoid = 'pg_class'::regclass AND description ~ '^drover move \\d+$') x(name)\
      """;

  private final CatalogNode catalogNode;
  private final Servers servers;
  private final Duration grace;
  private final Thread thread;
  private volatile boolean stopping;
  private int cleanTo;

  private MoveSweep(CatalogNode catalogNode, Servers servers, Duration grace) {
    this.catalogNode = requireNonNull(catalogNode);
    this.servers = requireNonNull(servers);
    this.grace = requireNonNull(grace);
    this.thread = Thread.ofVirtual().name("move-sweep").unstarted(this::run);
  }

  /** {@code grace} is how long a leaf is kept that was given away. */
  public static MoveSweep start(CatalogNode catalogNode, Servers servers, Duration grace) {
    MoveSweep sweep = new MoveSweep(catalogNode, servers, grace);
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
    Moves moves = moves(catalog);
    if (!moves.mayHaveLeftSomething(cleanTo)) {
      return;
    }
    boolean isWhole = true;
    for (String node : catalog.column("SELECT id FROM drover.nodes WHERE id > 0")) {
      try (Link link = new Link(servers.connect(Integer.parseInt(node), APPLICATION))) {
        removeAllBut(moves.live(), link);
      } catch (SQLException e) {
        LOG.warn("event=node_not_swept node={} reason={}", node, e.getMessage());
        isWhole = false;
      }
    }
    if (isWhole && moves.live().isEmpty()) {
      cleanTo = moves.newest();
    }
  }

  /**
   * All moves and jobs there have ever been.
   *
   * @param newest grows with each of them, 0 if there was none
   * @param live those whose objects must stay
   */
  record Moves(int newest, Set<String> live) {
    Moves {
      live = Set.copyOf(live);
    }

    /** {@code cleanTo} is the newest one when nothing was left of any. */
    boolean mayHaveLeftSomething(int cleanTo) {
      return newest > cleanTo || !live.isEmpty();
    }
  }

  private Moves moves(Link catalog) throws SQLException {
    int newest =
        catalog
            .ask(
                """
                SELECT (SELECT coalesce(max(id), 0) FROM drover.move) \
                + (SELECT coalesce(max(id), 0) FROM drover.job)\
                """)
            .map(Integer::parseInt)
            .orElse(0);
    List<String> live =
        catalog.column(
            """
            SELECT id FROM drover.move WHERE finished IS NULL \
            OR (phase = 'DONE' AND finished > now() - interval '%d seconds') \
            UNION SELECT -id FROM drover.job WHERE finished IS NULL\
            """
                .formatted(grace.toSeconds()));
    return new Moves(newest, Set.copyOf(live));
  }

  private void removeAllBut(Set<String> live, Link link) throws SQLException {
    for (String move : link.column(TRACES)) {
      if (!live.contains(move) && !stopping) {
        remove(new MoveId(Integer.parseInt(move)), link);
      }
    }
  }

  private static void remove(MoveId id, Link link) throws SQLException {
    LOG.info("event=move_swept move={}", id);
    new TargetSide(id, link).drop();
    SourceSide source = new SourceSide(id, link);
    source.clear();
    source.dropTrash();
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
