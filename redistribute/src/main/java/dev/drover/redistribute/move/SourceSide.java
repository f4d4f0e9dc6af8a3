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

  private final MoveId id;
  private final Link link;

  SourceSide(MoveId id, Link link) {
    this.id = id;
    this.link = link;
  }

  /** The connection keeps the snapshot alive that the slot begins with. */
  record Exported(Connection connection, String snapshot) implements AutoCloseable {
    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  /** A TRUNCATE is not published but refused: the target would keep the rows. */
  void publish(List<MovedTable> tables) throws SQLException {
    for (MovedTable table : tables) {
      boolean hasIdentity = link.is("SELECT drover.has_identity(" + regclass(table) + ")");
      link.transaction(
          () -> {
            link.run(LOCK_TIMEOUT);
            link.run(
                """
                CREATE OR REPLACE TRIGGER drover_moving BEFORE TRUNCATE ON %s \
                EXECUTE FUNCTION drover.refuse_truncate()\
                """
                    .formatted(table.leaf()));
            if (!hasIdentity) {
              link.run("ALTER TABLE " + table.leaf() + " REPLICA IDENTITY FULL");
            }
          });
    }
    link.run("CREATE SCHEMA " + SqlQuote.ident(id.trash()));
    String leaves = tables.stream().map(MovedTable::leaf).collect(joining(", "));
    link.run(
        """
        CREATE PUBLICATION %s FOR TABLE %s%sdrover.move_marker WHERE (move = %s) \
        WITH (publish = 'insert, update, delete')\
        """
            .formatted(name(), leaves, leaves.isEmpty() ? "" : ", ", id));
  }

  /** Makes the replication slot; waits for every transaction that has written and is open. */
  Exported slot(Servers servers, int node) throws SQLException {
    Connection replication = servers.replication(node, id.application());
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
      throw "57014".equals(e.getSQLState()) ? heldUp(node, e) : e;
    } finally {
      if (!made) {
        replication.close();
      }
    }
  }

  private SQLException heldUp(int node, SQLException cause) throws SQLException {
    return new SQLException(
        "%s on node %s keeps the move from its beginning"
            .formatted(link.ask(OLDEST).orElse("transaction"), node),
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
            .formatted(id, marker));
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
    link.run("DELETE FROM drover.move_marker WHERE move = " + id);
  }

  /** Leaves that stay are as their tables ask for again. */
  void resetIdentity(List<MovedTable> tables) throws SQLException {
    for (MovedTable table : tables) {
      if (link.is("SELECT to_regclass(%s) IS NOT NULL".formatted(literal(table.leaf())))) {
        link.transaction(
            () -> {
              link.run(LOCK_TIMEOUT);
              link.run("DROP TRIGGER IF EXISTS drover_moving ON " + table.leaf());
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

  /** Leaves that were given away, for good. */
  void dropTrash() throws SQLException {
    link.run("DROP SCHEMA IF EXISTS %s CASCADE".formatted(SqlQuote.ident(id.trash())));
  }

  private String name() {
    return id.objectName();
  }

  private static String literal(String value) {
    return SqlQuote.literal(value);
  }

  private static String regclass(MovedTable table) {
    return literal(table.leaf()) + "::regclass";
  }
}
