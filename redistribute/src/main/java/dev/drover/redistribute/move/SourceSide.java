package dev.drover.redistribute.move;

import static java.util.stream.Collectors.joining;

import dev.drover.planner.ddl.SqlQuote;
import java.sql.SQLException;
import java.util.List;

/**
 * What a move makes on the node that gives the slot away: a publication, a replication slot, and an
 * identity for rows without a key.
 *
 * <p>Threads: confined to the move's thread.
 */
final class SourceSide {
  private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '2s'";

  private final MoveId id;
  private final Link link;

  SourceSide(MoveId id, Link link) {
    this.id = id;
    this.link = link;
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
                EXECUTE FUNCTION drover.refuse_truncate(move, %s)\
                """
                    .formatted(table.leaf(), id));
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

  ReplicationSlot slot() {
    return new ReplicationSlot(name(), link);
  }

  void mark(long marker) throws SQLException {
    link.run(
        "INSERT INTO drover.move_marker VALUES (%s, %d) ON CONFLICT (move) DO UPDATE SET marker = %2$d"
            .formatted(id, marker));
  }

  /** Takes away what was made, except for leaves. */
  void clear() throws SQLException {
    slot().drop();
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
