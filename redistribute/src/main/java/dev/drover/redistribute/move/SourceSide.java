package dev.drover.redistribute.move;

import static java.util.stream.Collectors.joining;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.change.Servers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * What a move makes on the node that gives the slot away: a publication, a replication slot, and an
 * identity for rows without a key.
 *
 * <p>Threads: confined to the move's thread.
 */
final class SourceSide {
  private static final int SLOT_SECONDS = 60;
  private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '2s'";

  /** Who may hold up the beginning of a replication slot. */
  private static final String OLDEST =
      """
      SELECT coalesce(
        (SELECT format('prepared transaction "%s" of role %s', gid, owner) FROM pg_prepared_xacts
          ORDER BY prepared LIMIT 1),
        (SELECT format('transaction of process %s (role %s, since %s)', pid, usename, xact_start)
          FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
          ORDER BY xact_start LIMIT 1),
        'some transaction')\
      """;

  private final Move move;
  private final Link link;

  SourceSide(Move move, Link link) {
    this.move = move;
    this.link = link;
  }

  /** The connection keeps the snapshot alive that the slot begins with. */
  record Exported(Connection connection, String snapshot) implements AutoCloseable {
    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  /** A TRUNCATE is never published: the one of a cutover would empty the target. */
  void publish(List<MovedTable> tables) throws SQLException {
    for (MovedTable table : tables) {
      if (!link.is("SELECT drover.has_identity(" + regclass(table) + ")")) {
        link.transaction(
            () -> {
              link.run(LOCK_TIMEOUT);
              link.run("ALTER TABLE " + table.leaf() + " REPLICA IDENTITY FULL");
            });
      }
    }
    String leaves = tables.stream().map(MovedTable::leaf).collect(joining(", "));
    link.run(
        """
        CREATE PUBLICATION %s FOR TABLE %s%sdrover.move_marker WHERE (move = %s) \
        WITH (publish = 'insert, update, delete')\
        """
            .formatted(name(), leaves, leaves.isEmpty() ? "" : ", ", move.id()));
  }

  /** Makes the replication slot; waits for every transaction that has written and is open. */
  Exported slot(Servers servers) throws SQLException {
    Connection replication = servers.replication(move.source(), move.id().application());
    boolean made = false;
    try (Statement statement = replication.createStatement()) {
      statement.setQueryTimeout(SLOT_SECONDS);
      try (ResultSet row =
          statement.executeQuery(
              "CREATE_REPLICATION_SLOT %s LOGICAL pgoutput (SNAPSHOT 'export')"
                  .formatted(name()))) {
        row.next();
        made = true;
        return new Exported(replication, row.getString("snapshot_name"));
      }
    } catch (SQLException e) {
      throw "57014".equals(e.getSQLState()) ? heldUp(e) : e;
    } finally {
      if (!made) {
        replication.close();
      }
    }
  }

  private SQLException heldUp(SQLException cause) throws SQLException {
    return new SQLException(
        "a %s on node %s keeps the move from its beginning"
            .formatted(link.ask(OLDEST).orElse("transaction"), move.source()),
        "55P03",
        cause);
  }

  boolean hasSlot() throws SQLException {
    return link.is(
        "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '%s'".formatted(name())
            + " AND wal_status IS DISTINCT FROM 'lost')");
  }

  void mark(long marker) throws SQLException {
    link.run(
        "INSERT INTO drover.move_marker VALUES (%s, %d) ON CONFLICT (move) DO UPDATE SET marker = %2$d"
            .formatted(move.id(), marker));
  }

  /** Takes away what was made, except for leaves. */
  void clear() throws SQLException {
    link.run(
        """
        SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots \
        WHERE slot_name = '%1$s' AND active_pid IS NOT NULL\
        """
            .formatted(name()));
    link.run(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '%s'"
            .formatted(name()));
    link.run("DROP PUBLICATION IF EXISTS " + name());
    link.run("DELETE FROM drover.move_marker WHERE move = " + move.id());
  }

  /** Leaves that stay get the identity back that their tables ask for. */
  void resetIdentity(List<MovedTable> tables) throws SQLException {
    for (MovedTable table : tables) {
      if (link.is("SELECT to_regclass(%s) IS NOT NULL".formatted(literal(table.leaf())))) {
        link.transaction(
            () -> {
              link.run(LOCK_TIMEOUT);
              link.run(
                  "SELECT drover.align_storage(%s, %s, '%d', %s::json)"
                      .formatted(
                          regclass(table),
                          literal(table.leaf()),
                          table.distribution(),
                          literal(table.spec())));
            });
      }
    }
  }

  void dropTrash(List<MovedTable> tables) throws SQLException {
    for (MovedTable table : tables) {
      link.run(
          "DROP TABLE IF EXISTS \"drover$trash\".%s"
              .formatted(SqlQuote.ident(table.trashName(move.id()))));
    }
  }

  private String name() {
    return move.id().objectName();
  }

  private static String literal(String value) {
    return SqlQuote.literal(value);
  }

  private static String regclass(MovedTable table) {
    return literal(table.leaf()) + "::regclass";
  }
}
