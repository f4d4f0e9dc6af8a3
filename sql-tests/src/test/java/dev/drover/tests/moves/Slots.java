package dev.drover.tests.moves;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Where the slots of a table's colocation group are, and what a move of one has left. */
final class Slots {
  private final Endpoint drover;
  private final Endpoint catalog;
  private final List<Endpoint> datanodes;

  /** The servers are the catalog node's and then the datanodes'. */
  Slots(Endpoint drover, List<Endpoint> servers) {
    this.drover = drover;
    this.catalog = servers.getFirst();
    this.datanodes = servers.subList(1, servers.size());
  }

  Endpoint catalog() {
    return catalog;
  }

  int group(String table) throws SQLException {
    return Integer.parseInt(
        ask(
            catalog,
            "SELECT colocation_group FROM drover.distributions WHERE relid = '%s'::regclass"
                .formatted(table)));
  }

  String owner(int group, int slot) throws SQLException {
    return ask(
        catalog,
        """
        SELECT n.name FROM drover.colocation_groups g JOIN drover.nodes n ON n.id = g.slots[%d]
        WHERE g.id = %d
        """
            .formatted(slot + 1, group));
  }

  /** Where the rows of a table are whose rows all have one key. */
  int slotOfRows(String table) throws SQLException {
    for (Endpoint node : datanodes) {
      String found =
          ask(
              node,
              "SELECT substring(tableoid::regclass::text FROM 'drover.(\\d+)') FROM %s LIMIT 1"
                  .formatted(table));
      if (!found.isEmpty()) {
        return Integer.parseInt(found);
      }
    }
    throw new AssertionError("no rows in " + table);
  }

  /** A datanode's own server. */
  Endpoint node(String name) throws SQLException {
    List<String> names = column(catalog, "SELECT name FROM drover.nodes WHERE id > 0 ORDER BY id");
    return datanodes.get(names.indexOf(name));
  }

  /** Some other node than the owner. */
  String otherThan(String owner) throws SQLException {
    return ask(
        catalog,
        "SELECT name FROM drover.nodes WHERE id > 0 AND name <> '%s' ORDER BY id LIMIT 1"
            .formatted(owner));
  }

  /** One of the slots that a node has. */
  int someOf(int group, String owner) throws SQLException {
    return Integer.parseInt(
        ask(
            catalog,
            """
            SELECT s.position - 1 FROM drover.colocation_groups g
            JOIN drover.nodes n ON n.name = '%s',
            unnest(g.slots) WITH ORDINALITY s(node, position)
            WHERE g.id = %d AND s.node = n.id ORDER BY s.position LIMIT 1
            """
                .formatted(owner, group)));
  }

  /** Starts a move and returns its job. */
  int start(int group, int slot, String target) throws SQLException {
    return Integer.parseInt(
        ask(drover, "SELECT drover.move_slot(%d, %d, '%s')".formatted(group, slot, target)));
  }

  void awaitJob(int job) throws SQLException {
    ask(drover, "SELECT drover.wait_for(%d)".formatted(job));
  }

  /** Moves a slot to another node than it is on, and waits. */
  void move(int group, int slot) throws SQLException {
    awaitJob(start(group, slot, otherThan(owner(group, slot))));
  }

  String moveColumn(int job, String column) throws SQLException {
    return ask(catalog, "SELECT %s FROM drover.move WHERE job = %d".formatted(column, job));
  }

  /** How often the moves or the rewrite of a job have begun anew. */
  String restarts(int job) throws SQLException {
    return ask(
        catalog,
        """
        SELECT sum(restarts) FROM (SELECT job, restarts FROM drover.move
          UNION ALL SELECT job, restarts FROM drover.rewrite) x WHERE job = %d
        """
            .formatted(job));
  }

  /** Publications, slots, subscriptions and loose leaves of moves, wherever they are. */
  List<String> leftovers() throws SQLException {
    List<String> found = new ArrayList<>();
    for (Endpoint node : datanodes) {
      found.addAll(
          column(
              node,
              """
              SELECT 'publication ' || pubname FROM pg_publication
              UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots
              UNION ALL SELECT 'subscription ' || subname FROM pg_subscription
              UNION ALL SELECT 'leaf ' || c.oid::regclass FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname ~ '^drover\\$\\d+$' AND c.relkind = 'r' AND NOT c.relispartition
              UNION ALL SELECT 'marker ' || move FROM drover.move_marker
              UNION ALL SELECT 'schema ' || nspname FROM pg_namespace
                WHERE nspname ~ '^drover\\$j'
              """));
    }
    return found;
  }

  /** What all leaves weigh that tables have. */
  long bytes() throws SQLException {
    long bytes = 0;
    for (Endpoint node : datanodes) {
      bytes +=
          Long.parseLong(
              ask(
                  node,
                  """
                  SELECT coalesce(sum(pg_table_size(c.oid)), 0) FROM pg_class c
                  JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE n.nspname ~ '^drover\\$\\d+$' AND c.relkind = 'r' AND c.relispartition
                  """));
    }
    return bytes;
  }

  /** Schemas of leaves that were given away. */
  List<String> trash() throws SQLException {
    List<String> found = new ArrayList<>();
    for (Endpoint node : datanodes) {
      found.addAll(
          column(node, "SELECT nspname FROM pg_namespace WHERE nspname ~ '^drover\\$trash'"));
    }
    return found;
  }

  /** Rows of a table that are on a node that does not own their slot, by asking every node. */
  List<String> misplaced(String table) throws SQLException {
    List<String> wrong = new ArrayList<>();
    for (Endpoint node : datanodes) {
      String id = ask(node, "SELECT id FROM drover.this_node");
      List<String> here =
          column(
              node,
              """
              SELECT substring(n.nspname FROM '\\d+$') FROM pg_inherits i
              JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE i.inhparent = '%s'::regclass ORDER BY 1
              """
                  .formatted(table));
      List<String> owned =
          column(
              catalog,
              """
              SELECT (s.position - 1)::text FROM drover.distributions d
              JOIN drover.colocation_groups g ON g.id = d.colocation_group,
              unnest(g.slots) WITH ORDINALITY s(node, position)
              WHERE d.relid = '%s'::regclass AND s.node = %s ORDER BY 1
              """
                  .formatted(table, id));
      if (!here.equals(owned)) {
        wrong.add("node %s has leaves %s and owns %s".formatted(id, here, owned));
      }
    }
    return wrong;
  }

  /** Each row once, whichever node it is on. */
  long rowsOnNodes(String table) throws SQLException {
    long rows = 0;
    for (Endpoint node : datanodes) {
      rows += Long.parseLong(ask(node, "SELECT count(*) FROM " + table));
    }
    return rows;
  }

  static String ask(Endpoint endpoint, String sql) throws SQLException {
    List<String> rows = column(endpoint, sql);
    return rows.isEmpty() ? "" : rows.getFirst();
  }

  static List<String> column(Endpoint endpoint, String sql) throws SQLException {
    try (Connection connection = endpoint.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }
}
