package dev.drover.redistribute.move;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.job.CatalogNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away what moves have left: leaves that were given away, when their time is over, and
 * whatever has a move's name though no such move is under way.
 *
 * <p>Threads: confined to its {@link Sweeper}'s.
 */
public final class MoveSweep implements Sweeper.Look {
  private static final Logger LOG = LoggerFactory.getLogger(MoveSweep.class);
  private static final int KEY = 0;

  /** Numbers of moves, and of jobs below 0, of which a node has something. */
  private static final String TRACES =
      """
      SELECT DISTINCT CASE WHEN name ~ '^drover_r' THEN '-' ELSE '' END
        || substring(name FROM '\\d+') FROM (
        SELECT pubname FROM pg_publication WHERE pubname ~ '^drover_[mr]\\d+(_rows)?$'
        UNION SELECT slot_name FROM pg_replication_slots
          WHERE slot_name ~ '^drover_[mr]\\d+(_rows)?$'
        UNION SELECT subname FROM pg_subscription WHERE subname ~ '^drover_[mr]\\d+$'
        UNION SELECT nspname FROM pg_namespace WHERE nspname ~ '^drover\\$trash\\d+$'
        UNION SELECT description FROM pg_description
          WHERE classoid = 'pg_class'::regclass AND description ~ '^drover move \\d+$') x(name)\
      """;

  private final Duration grace;
  private int cleanTo;

  private MoveSweep(Duration grace) {
    this.grace = requireNonNull(grace);
  }

  /** {@code grace} is how long a leaf is kept that was given away. */
  public static Sweeper start(CatalogNode catalogNode, Servers servers, Duration grace) {
    return Sweeper.start(catalogNode, servers, KEY, new MoveSweep(grace));
  }

  @Override
  public void run(Sweeper sweeper, Link catalog) throws SQLException {
    Moves moves = moves(catalog);
    if (!moves.mayHaveLeftSomething(cleanTo)) {
      return;
    }
    boolean isWhole = sweeper.eachNode(catalog, node -> removeAllBut(moves.live(), node, sweeper));
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

  private static void removeAllBut(Set<String> live, Link link, Sweeper sweeper)
      throws SQLException {
    for (String move : link.column(TRACES)) {
      if (!live.contains(move) && !sweeper.isStopping()) {
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
}
