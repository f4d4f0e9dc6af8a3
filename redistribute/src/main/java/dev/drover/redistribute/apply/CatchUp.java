package dev.drover.redistribute.apply;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.decode.Change;
import dev.drover.redistribute.decode.ChangeSource;
import dev.drover.redistribute.decode.Position;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Brings what was committed at the sources to the new table, in rounds: the changes that have come
 * from all sources are netted for each target, and each target gets its share in one transaction.
 *
 * <p>Rows that come and go commute, and each row goes at the source where it came, so that the
 * order between sources does not matter. One that went from a source to another may be seen there
 * before it is seen gone here; if a unique constraint minds, the target's share waits for the next
 * round, which is larger. After everything up to a moment at which no transaction is open, nothing
 * waits.
 *
 * <p>Threads: confined to one; blocks. After an exception it is of no use; another one begins from
 * the progress that the nodes have written down.
 */
public final class CatchUp {
  /** Then what has come is applied, also in the midst of a transaction: nobody sees the table. */
  private static final long ROUND_BYTES = 16L << 20;

  /** Of one source at a time: asking one that is quiet may take a millisecond. */
  private static final int MANY_CHANGES = 1000;

  /** What waits for a row to go may be so much. */
  private static final long MOST_BYTES = 16 * ROUND_BYTES;

  private static final Duration PAUSE = Duration.ofNanos(500_000);
  private static final Set<String> IN_THE_WAY = Set.of("23505", "23P01");

  private final Map<Integer, ChangeSource> sources;
  private final Map<Integer, Share> shares = new HashMap<>();
  private final ChangeRoute route;
  private final Map<Integer, Long> ends = new HashMap<>();
  private final Map<Integer, String> markers = new HashMap<>();
  private Optional<SQLException> hindrance = Optional.empty();
  private long rows;

  /** What one target has yet to get. */
  private static final class Share {
    final Target target;
    final Net net = new Net();
    final Map<Integer, Position> written;
    final Map<Integer, Position> reached;

    Share(Target target) throws SQLException {
      this.target = target;
      this.written = new HashMap<>(target.progress());
      this.reached = new HashMap<>(written);
    }

    /** Whether a change is not in the table yet; from now on it is in the net. */
    boolean needs(int source, Position position) {
      if (position.compareTo(reached.getOrDefault(source, Position.START)) <= 0) {
        return false;
      }
      reached.put(source, position);
      return true;
    }

    /** A net of nothing is progress too: its parts are not all confirmed at once. */
    boolean isWritten() {
      return reached.equals(written);
    }

    void apply() throws SQLException {
      target.apply(net, written, reached);
      written.putAll(reached);
      net.clear();
    }
  }

  CatchUp(Map<Integer, ChangeSource> sources, Map<Integer, Target> targets, ChangeRoute route)
      throws SQLException {
    this.sources = Map.copyOf(sources);
    this.route = requireNonNull(route);
    for (Map.Entry<Integer, Target> target : targets.entrySet()) {
      shares.put(target.getKey(), new Share(target.getValue()));
    }
  }

  /**
   * Catches up by the id of each source and target.
   *
   * @param sources the changes from where the progress may stand
   * @param targets by the ids that the route names
   */
  public static CatchUp of(
      Map<Integer, ChangeSource> sources, Map<Integer, ShadowTable> targets, ChangeRoute route)
      throws SQLException {
    return new CatchUp(sources, new HashMap<Integer, Target>(targets), route);
  }

  /** Rows that have come or gone. */
  public long rows() {
    return rows;
  }

  /**
   * Applies everything up to a marker of each source, as far as nothing is in the way; returns
   * whether all markers have come within {@code limit}.
   *
   * @param awaited the marker, by source
   */
  public boolean upTo(Map<Integer, String> awaited, Duration limit) throws SQLException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!markers.entrySet().containsAll(awaited.entrySet())) {
      if (byteCount() > ROUND_BYTES) {
        apply();
      }
      if (!read()) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
      if (System.nanoTime() > deadline) {
        return false;
      }
    }
    apply();
    return true;
  }

  /**
   * The same when no transaction that changes the table is open at the markers: nothing is left.
   *
   * @throws SQLException with {@code 55P03} if the markers are late; the violation of a constraint
   *     if something is left
   */
  public void completelyUpTo(Map<Integer, String> awaited, Duration limit) throws SQLException {
    if (!upTo(awaited, limit)) {
      throw new SQLException("the last changes are late", "55P03");
    }
    if (hindrance.isPresent()) {
      throw hindrance.get();
    }
  }

  private long byteCount() {
    return shares.values().stream().mapToLong(s -> s.net.byteCount()).sum();
  }

  /** What the sources have, not too much of each: all markers come in their turn. */
  private boolean read() throws SQLException {
    boolean any = false;
    for (Map.Entry<Integer, ChangeSource> source : sources.entrySet()) {
      any |= read(source.getKey(), source.getValue());
    }
    return any;
  }

  /** At least one change, if there is one: what ends a full round may be the next. */
  private boolean read(int source, ChangeSource changes) throws SQLException {
    int count = 0;
    do {
      Optional<Change> change = changes.next();
      if (change.isEmpty()) {
        break;
      }
      take(source, change.get());
      count++;
    } while (count < MANY_CHANGES && byteCount() <= ROUND_BYTES);
    return count > 0;
  }

  private void take(int source, Change change) throws SQLException {
    switch (change) {
      case Change.Inserted(Position position, String table, List<Optional<String>> row) -> {
        for (Net net : concerned(source, position, route.targets(table, row))) {
          net.comes(row);
        }
      }
      case Change.Deleted(Position position, String table, List<Optional<String>> row) -> {
        for (Net net : concerned(source, position, route.targets(table, row))) {
          net.goes(row);
        }
      }
      case Change.Committed(long endLsn) -> ends.put(source, endLsn);
      case Change.Marked(String marker) -> markers.put(source, marker);
    }
  }

  private List<Net> concerned(int source, Position position, List<Integer> targets) {
    rows++;
    return targets.stream()
        .map(shares::get)
        .filter(share -> share.needs(source, position))
        .map(share -> share.net)
        .toList();
  }

  private void apply() throws SQLException {
    hindrance = Optional.empty();
    for (Share share : shares.values()) {
      if (!share.isWritten()) {
        apply(share);
      }
    }
    if (hindrance.isEmpty()) {
      for (Map.Entry<Integer, Long> end : ends.entrySet()) {
        sources.get(end.getKey()).confirm(end.getValue());
      }
      ends.clear();
    } else if (byteCount() > MOST_BYTES) {
      throw new SQLException("too much waits for a row to go", "53200", hindrance.get());
    }
  }

  private void apply(Share share) throws SQLException {
    try {
      share.apply();
    } catch (SQLException e) {
      if (!IN_THE_WAY.contains(e.getSQLState())) {
        throw e;
      }
      hindrance = Optional.of(e);
    }
  }
}
