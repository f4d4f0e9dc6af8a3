package dev.drover.redistribute.move;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.apply.CatchUp;
import dev.drover.redistribute.apply.Progress;
import dev.drover.redistribute.apply.ShadowTable;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.decode.ChangeStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Brings over what is committed in leaves whose rows no key tells apart. A subscription finds a row
 * by equality, and so may take 1.0 for 1.00; here rows are found by the texts of their values.
 *
 * <p>Threads: confined to the move's thread; blocks. After an exception it is closed, and another
 * one begins from what the target has written down.
 */
final class LeafChanges implements AutoCloseable {
  /** There is one. */
  private static final int SOURCE = 0;

  private static final String LATE = "55P03";

  private final Deque<Connection> opened = new ArrayDeque<>();
  private Optional<Follower> follower = Optional.empty();

  /** The changes of some leaves. */
  private record Follower(CatchUp catchUp, Link source, ReplicationSlot slot) {
    Map<Integer, String> mark() throws SQLException {
      String marker = UUID.randomUUID().toString();
      ChangeStream.mark(source.connection(), slot.name(), marker);
      return Map.of(SOURCE, marker);
    }
  }

  private LeafChanges() {}

  /** Of no leaf. */
  static LeafChanges none() {
    return new LeafChanges();
  }

  /** Of those tables of a move whose changes the subscription does not bring. */
  static LeafChanges open(Servers servers, Move move, MovedTables all, Link source)
      throws SQLException {
    SourceSide side = new SourceSide(move.id(), source);
    List<MovedTable> tables = side.keyless(all.tables());
    LeafChanges changes = new LeafChanges();
    if (tables.isEmpty()) {
      return changes;
    }
    boolean done = false;
    try {
      changes.follow(servers, move, tables, side.rowsSlot());
      done = true;
    } finally {
      if (!done) {
        changes.close();
      }
    }
    return changes;
  }

  private void follow(Servers servers, Move move, List<MovedTable> tables, ReplicationSlot slot)
      throws SQLException {
    String application = move.id().application();
    if (!slot.isWhole()) {
      throw new SlotCutover.Outdated();
    }
    slot.release();
    Link source = new Link(opened(servers.connect(move.source(), application)));
    source.run("SET synchronous_commit = on");
    Link target = new Link(opened(servers.connect(move.target(), application)));
    // As a subscription does: triggers and foreign keys were for the source.
    target.run("SET session_replication_role = replica");
    Map<String, Integer> ids = new HashMap<>();
    Map<String, List<String>> columns = new HashMap<>();
    Map<Integer, ShadowTable> leaves = new HashMap<>();
    for (MovedTable table : tables) {
      ids.put(table.leaf(), table.distribution());
      columns.put(table.leaf(), columns(table, target));
      leaves.put(table.distribution(), leaf(move, table, columns.get(table.leaf()), target));
    }
    Connection replication = opened(servers.replication(move.source(), application));
    ChangeStream stream = ChangeStream.open(replication, slot.name(), columns::get);
    CatchUp catchUp =
        CatchUp.of(Map.of(SOURCE, stream), leaves, (table, _) -> List.of(ids.get(table)));
    follower = Optional.of(new Follower(catchUp, source, slot));
  }

  private static List<String> columns(MovedTable table, Link target) throws SQLException {
    return target
        .column(
            """
            SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass \
            AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum\
            """
                .formatted(SqlQuote.literal(table.leaf())))
        .stream()
        .map(SqlQuote::ident)
        .toList();
  }

  private static ShadowTable leaf(Move move, MovedTable table, List<String> columns, Link target)
      throws SQLException {
    ShadowTable.Shape shape =
        new ShadowTable.Shape(
            Progress.ofMove(move.id().toString(), table.distribution()),
            table.leaf(),
            table.owner(),
            columns,
            Optional.empty());
    return ShadowTable.of(target.connection(), shape, List.of(SOURCE));
  }

  private Connection opened(Connection connection) {
    opened.push(connection);
    return connection;
  }

  /** Whether all that is committed now has come within {@code limit}, as far as nothing minds. */
  boolean arrive(Duration limit) throws SQLException {
    if (follower.isEmpty()) {
      return true;
    }
    return follower.get().catchUp().upTo(follower.get().mark(), limit);
  }

  /** The same while nobody writes: nothing is left. */
  boolean arriveAll(Duration limit) throws SQLException {
    if (follower.isEmpty()) {
      return true;
    }
    try {
      follower.get().catchUp().completelyUpTo(follower.get().mark(), limit);
      return true;
    } catch (SQLException e) {
      if (LATE.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }

  /**
   * That the source still has what is to come.
   *
   * @throws SlotCutover.Outdated otherwise
   */
  void requireWhole() throws SQLException {
    if (follower.isPresent() && !follower.get().slot().isWhole()) {
      throw new SlotCutover.Outdated();
    }
  }

  /** At once, whatever the servers are at: they notice, and take back what was not committed. */
  @Override
  public void close() throws SQLException {
    follower = Optional.empty();
    while (!opened.isEmpty()) {
      opened.pop().abort(Runnable::run);
    }
  }
}
