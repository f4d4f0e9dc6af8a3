package dev.drover.redistribute.rewrite;

import static java.util.stream.Collectors.joining;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.move.Link;
import java.sql.SQLException;
import java.util.List;

/**
 * The new table on one datanode, in a schema of the job's own. It has the old one's name and its
 * indexes' names there, and its leaves have the names that they will keep.
 *
 * <p>Threads: confined to one thread at a time.
 */
final class TargetNode {
  private static final String EACH_LINK = "SELECT %s(l) FROM json_array_elements(%s::json) l";

  private final Rewrite rewrite;
  private final Link link;

  TargetNode(Rewrite rewrite, Link link) {
    this.rewrite = rewrite;
    this.link = link;
  }

  /** Empty, without indexes and constraints; owned by the table's owner. */
  void create(RewrittenTable table) throws SQLException {
    link.transaction(
        () -> {
          link.run("CREATE SCHEMA " + schema());
          link.run("GRANT USAGE, CREATE ON SCHEMA %s TO %s".formatted(schema(), table.owner()));
          link.run("SET LOCAL ROLE " + table.owner());
          link.run(
              "SELECT drover.begin_table(%s::json, %s, %s, %s)"
                  .formatted(
                      SqlQuote.literal(table.definition()),
                      SqlQuote.literal(rewrite.leafName()),
                      array(table.slots()),
                      array(rewrite.nodes())));
        });
  }

  /** Constraints, indexes and grants of the filled table; all of them or none. */
  void build(RewrittenTable table) throws SQLException {
    link.transaction(
        () -> {
          link.run("SET LOCAL ROLE " + table.owner());
          link.run(
              "SELECT drover.build_filled(%s::json)"
                  .formatted(SqlQuote.literal(table.definition())));
          link.run("RESET ROLE");
          link.run(
              "SELECT drover.grant_leaf(%1$s, %2$s), drover.align_grants(%1$s)"
                  .formatted(regclass(table.filled()), regclass(table.name())));
          link.run("COMMENT ON SCHEMA " + schema() + " IS 'built'");
        });
  }

  boolean isBuilt() throws SQLException {
    return link.is(
        "SELECT obj_description(to_regnamespace(%s), 'pg_namespace') IS NOT DISTINCT FROM 'built'"
            .formatted(SqlQuote.literal(schema())));
  }

  void analyze(RewrittenTable table) throws SQLException {
    link.run("ANALYZE " + table.filled());
  }

  /** What the cutover has put off: rows of before are checked for their foreign keys. */
  void finish(RewrittenTable table) throws SQLException {
    if (link.is("SELECT to_regclass(%s) IS NOT NULL".formatted(SqlQuote.literal(table.filled())))) {
      throw new SQLException("the new table has not come to its place yet", "55P03");
    }
    String links = SqlQuote.literal(table.links());
    link.run(EACH_LINK.formatted("drover.validate_links", links));
    link.transaction(
        () -> {
          link.run("SET LOCAL lock_timeout = '200ms'");
          link.run(EACH_LINK.formatted("drover.attach_links", links));
        });
  }

  /** Takes the new table away, unless it has taken its place. */
  static void drop(Link link, String schema) throws SQLException {
    link.run("DROP SCHEMA IF EXISTS %s CASCADE".formatted(SqlQuote.ident(schema)));
  }

  private String schema() {
    return SqlQuote.ident(rewrite.schema());
  }

  private static String array(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(joining(",", "'{", "}'::integer[]"));
  }

  private static String regclass(String name) {
    return SqlQuote.literal(name) + "::regclass";
  }
}
