package dev.drover.redistribute.move;

import dev.drover.planner.ddl.SqlQuote;
import java.sql.SQLException;
import java.util.List;

/**
 * What a move makes on the node that gets the slot: leaves that are not attached yet, and a
 * subscription that keeps them up to date.
 *
 * <p>Threads: confined to the move's thread.
 */
final class TargetSide {
  private final MoveId id;
  private final Link link;

  TargetSide(MoveId id, Link link) {
    this.id = id;
    this.link = link;
  }

  Link link() {
    return link;
  }

  /** Empty, without indexes; owned by the table's owner. */
  void create(int slot, List<MovedTable> tables) throws SQLException {
    link.run("SELECT drover.ensure_slots(ARRAY[" + slot + "])");
    for (MovedTable table : tables) {
      link.transaction(() -> create(table));
    }
  }

  private void create(MovedTable table) throws SQLException {
    as(
        table,
        () ->
            link.run(
                """
                CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING GENERATED \
                INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING CONSTRAINTS)\
                """
                    .formatted(table.leaf(), table.parent())));
    link.run("COMMENT ON TABLE %s IS 'drover move %s'".formatted(table.leaf(), id));
  }

  /** Everything that attaching would build or check otherwise. */
  void build(int slot, MovedTables all) throws SQLException {
    link.transaction(
        () -> {
          for (MovedTable table : all.tables()) {
            as(table, () -> buildOne(slot, all, table));
          }
          for (MovedTable table : all.tables()) {
            as(table, () -> linkOne(all, table));
            link.run(
                "SELECT drover.grant_leaf(%s, %s)"
                    .formatted(regclass(table.leaf()), regclass(table.parent())));
          }
        });
    for (MovedTable table : all.tables()) {
      link.run("ANALYZE " + table.leaf());
    }
  }

  private void buildOne(int slot, MovedTables all, MovedTable table) throws SQLException {
    link.run(
        "SELECT drover.build_leaf(%s, %s, '%d', '%d, %d', %s::json)"
            .formatted(
                regclass(table.leaf()),
                regclass(table.parent()),
                table.distribution(),
                all.modulus(),
                slot,
                SqlQuote.literal(table.spec())));
  }

  private void linkOne(MovedTables all, MovedTable table) throws SQLException {
    link.run(
        "SET LOCAL search_path = pg_catalog; SELECT drover.link_leaf(%s, '%d', %s::json, %s)"
            .formatted(
                regclass(table.leaf()),
                table.distribution(),
                SqlQuote.literal(table.spec()),
                all.leavesByTable()));
  }

  /** Users' expressions are never evaluated with more rights than their owner has. */
  void as(MovedTable table, Link.Body body) throws SQLException {
    link.run("SET ROLE " + table.owner());
    body.run();
    link.run("RESET ROLE");
  }

  boolean isBuilt(MovedTable table) throws SQLException {
    return link.is(
        """
        SELECT EXISTS (SELECT FROM pg_constraint WHERE conname = 'drover_move' \
        AND conrelid = to_regclass(%s))\
        """
            .formatted(SqlQuote.literal(table.leaf())));
  }

  /**
   * One that is there already stays: its origin knows what has been applied, which the replication
   * slot may have forgotten. A new one would apply rows again that are there.
   */
  void subscribe(String conninfo) throws SQLException {
    String source = SqlQuote.literal(conninfo);
    if (hasSubscription()) {
      link.run("ALTER SUBSCRIPTION %s CONNECTION %s".formatted(name(), source));
      return;
    }
    link.run(
        """
        CREATE SUBSCRIPTION %1$s CONNECTION %2$s PUBLICATION %1$s \
        WITH (create_slot = false, slot_name = '%1$s', copy_data = false)\
        """
            .formatted(name(), source));
  }

  private boolean hasSubscription() throws SQLException {
    return link.is(
        "SELECT EXISTS (SELECT FROM pg_subscription WHERE subname = '%s')".formatted(name()));
  }

  /** The replication slot stays: it is the source's to drop. */
  void dropSubscription() throws SQLException {
    if (!hasSubscription()) {
      return;
    }
    link.run("ALTER SUBSCRIPTION " + name() + " DISABLE");
    link.run("ALTER SUBSCRIPTION " + name() + " SET (slot_name = NONE)");
    link.run("DROP SUBSCRIPTION " + name());
  }

  long marker() throws SQLException {
    return link.ask("SELECT marker FROM drover.move_marker WHERE move = " + id)
        .map(Long::parseLong)
        .orElse(0L);
  }

  long applyErrors() throws SQLException {
    return link.ask(
            """
            SELECT apply_error_count FROM pg_stat_subscription_stats \
            WHERE subname = '%s'\
            """
                .formatted(name()))
        .map(Long::parseLong)
        .orElse(0L);
  }

  /** Ends work of a former claim, so that it cannot meddle. */
  static void endOthers(Link link, MoveId move) throws SQLException {
    link.run(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE application_name = '%s' AND pid <> pg_backend_pid()\
        """
            .formatted(move.application()));
  }

  /** Takes away what was made, except for leaves. */
  void forget() throws SQLException {
    dropSubscription();
    link.run("DELETE FROM drover.move_marker WHERE move = " + id);
    link.run("DELETE FROM drover.move_progress WHERE move = " + id);
  }

  /** Takes everything away that was made. */
  void drop() throws SQLException {
    dropSubscription();
    link.run("SELECT drover.drop_moved(" + id + ")");
  }

  private String name() {
    return id.objectName();
  }

  private static String regclass(String name) {
    return SqlQuote.literal(name) + "::regclass";
  }
}
