package dev.drover.redistribute.move;

import static java.util.stream.Collectors.joining;

import dev.drover.planner.ddl.SqlQuote;
import java.sql.SQLException;
import java.util.List;

/**
 * What a move makes on the node that gives the slot away: a publication and a replication slot for
 * the subscription, and the same for leaves whose rows no key tells apart, which get a full replica
 * identity.
 *
 * <p>Threads: confined to the move's thread.
 */
public final class SourceSide {
  private final MoveId id;
  private final Link link;

  SourceSide(MoveId id, Link link) {
    this.id = id;
    this.link = link;
  }

  /** A TRUNCATE is not published but refused: the target would keep the rows. */
  void publish(List<MovedTable> tables, Locking locking) throws SQLException {
    link.run("CREATE SCHEMA " + SqlQuote.ident(id.trash()));
    publishMarker("insert, update, delete");
    link.run("CREATE PUBLICATION %s WITH (%s)".formatted(id.rowsName(), ofWholeRows(link)));
    for (MovedTable table : tables) {
      boolean hasIdentity = link.is("SELECT drover.has_identity(" + regclass(table) + ")");
      locking.run(
          table.leaf(),
          hasIdentity ? Locking.Mode.WRITING : Locking.Mode.USING,
          () -> {
            link.run(
                """
                CREATE OR REPLACE TRIGGER drover_moving BEFORE TRUNCATE ON %s \
                EXECUTE FUNCTION drover.refuse_truncate(move, %s)\
                """
                    .formatted(table.leaf(), id));
            if (!hasIdentity) {
              link.run("ALTER TABLE " + table.leaf() + " REPLICA IDENTITY FULL");
            }
            publish(hasIdentity ? name() : id.rowsName(), table.leaf());
          });
    }
  }

  /**
   * The parameters of a publication of tables with a full replica identity. Servers that know of
   * generated columns there refuse changes of tables where they are missing; nobody reads them.
   */
  public static String ofWholeRows(Link link) throws SQLException {
    boolean knowsGenerated =
        link.is("SELECT current_setting('server_version_num')::integer >= 180000");
    return "publish = 'insert, update, delete'"
        + (knowsGenerated ? ", publish_generated_columns = stored" : "");
  }

  /** Begins the publication; tables follow one by one. */
  void publishMarker(String operations) throws SQLException {
    link.run(
        "CREATE PUBLICATION %s FOR TABLE drover.move_marker WHERE (move = %s) WITH (publish = '%s')"
            .formatted(name(), id, operations));
  }

  void publish(String table) throws SQLException {
    publish(name(), table);
  }

  private void publish(String publication, String table) throws SQLException {
    link.run("ALTER PUBLICATION %s ADD TABLE ONLY %s".formatted(publication, table));
  }

  /** Those whose rows no key tells apart. */
  List<MovedTable> keyless(List<MovedTable> tables) throws SQLException {
    String leaves = tables.stream().map(t -> literal(t.leaf())).collect(joining(", "));
    List<String> keyless =
        link.column(
            """
            SELECT leaf FROM unnest(ARRAY[%s]::text[]) leaf WHERE to_regclass(leaf) IN (\
            SELECT r.prrelid FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid \
            WHERE p.pubname = '%s')\
            """
                .formatted(leaves, id.rowsName()));
    return tables.stream().filter(t -> keyless.contains(t.leaf())).toList();
  }

  ReplicationSlot slot() {
    return new ReplicationSlot(name(), link);
  }

  /** Begins where {@link #slot} does: what is copied is as of the same moment. */
  void copySlot() throws SQLException {
    link.run(
        "SELECT pg_copy_logical_replication_slot('%s', '%s')".formatted(name(), id.rowsName()));
  }

  /** Whether everything since the copy can still be told. */
  boolean areSlotsWhole(List<MovedTable> tables) throws SQLException {
    return slot().isWhole() && (keyless(tables).isEmpty() || rowsSlot().isWhole());
  }

  ReplicationSlot rowsSlot() {
    return new ReplicationSlot(id.rowsName(), link);
  }

  void mark(long marker) throws SQLException {
    link.run(
        "INSERT INTO drover.move_marker VALUES (%s, %d) ON CONFLICT (move) DO UPDATE SET marker = %2$d"
            .formatted(id, marker));
  }

  /** Takes away what was made, except for leaves. */
  void clear() throws SQLException {
    slot().drop();
    rowsSlot().drop();
    link.run("DROP PUBLICATION IF EXISTS %s, %s".formatted(name(), id.rowsName()));
    link.run("DELETE FROM drover.move_marker WHERE move = " + id);
  }

  /** Leaves that stay are as their tables ask for again. */
  void resetIdentity(List<MovedTable> tables, Locking locking) throws SQLException {
    for (MovedTable table : tables) {
      if (isHeld(link, table.leaf())) {
        locking.run(
            table.leaf(),
            Locking.Mode.USING,
            () -> {
              link.run("DROP TRIGGER drover_moving ON " + table.leaf());
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

  /**
   * Whether a table is there and has what the beginning of a job gives to it, all in one
   * transaction: only then is there anything to take back, for which all who use it must end.
   */
  public static boolean isHeld(Link link, String table) throws SQLException {
    return link.is(
        """
        SELECT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'drover_moving' \
        AND tgrelid = to_regclass(%s))\
        """
            .formatted(literal(table)));
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
