package dev.drover.coordinator.metadata;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.ddl.SqlQuote;
import java.util.List;
import java.util.Optional;

/**
 * Makes on a new datanode what users have made on the others: types, functions, tables without
 * leaves and rows, views, rights. At the end both are read and compared, so that there is never a
 * node that lacks something.
 *
 * <p>Threads: stateless; calls block.
 */
final class SchemaCopy {
  private static final String OPEN_SCHEMAS =
      """
      SELECT format('GRANT ALL ON SCHEMA %I TO PUBLIC', nspname) FROM pg_namespace
      WHERE nspname !~ '^(drover$|drover\\$|pg_)' AND nspname <> 'information_schema'\
      """;

  private static final String GUARD_TABLES =
      """
      SELECT drover.guard_foreign_rows(c.oid)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND c.oid >= 16384 AND n.nspname !~ '^(drover$|drover\\$|pg_)'
        AND n.nspname <> 'information_schema'\
      """;

  private SchemaCopy() {}

  /**
   * In the transaction of the new node's connection, which the caller commits.
   *
   * @throws SqlError 0A000 naming an object that cannot be made, 55000 naming one that came out
   *     different
   */
  static void copy(ServerSchema schema, CatalogQueries node, String name) {
    node.query("SET LOCAL check_function_bodies = off");
    node.query("SET LOCAL client_min_messages = warning");
    node.query("SET LOCAL search_path = pg_catalog, pg_temp");
    boolean schemasOpen = false;
    for (ServerSchema.Item object : schema.objects()) {
      if (!schemasOpen && !object.type().equals("schema")) {
        open(node);
        schemasOpen = true;
      }
      make(object, node);
    }
    schema.rights().forEach(command -> run(command, node));
    schema
        .difference(ServerSchema.read(node))
        .ifPresent(
            object -> {
              throw differs(name, object);
            });
    node.query(GUARD_TABLES);
  }

  /** Owners need no rights on a schema to have kept tables in it; all rights are set at the end. */
  private static void open(CatalogQueries node) {
    node.query(OPEN_SCHEMAS).forEach(row -> node.query(row.getFirst().orElseThrow()));
  }

  private static void make(ServerSchema.Item object, CatalogQueries node) {
    if (object.commands().isEmpty()) {
      throw SqlError.notSupported("%s cannot be made on a new node".formatted(object.name()));
    }
    try {
      object.commands().forEach(command -> run(command, node));
    } catch (SqlError e) {
      throw SqlError.of(
          e.state(),
          "could not make %s on the new node: %s".formatted(object.name(), e.getMessage()));
    }
  }

  private static void run(ServerSchema.Command command, CatalogQueries node) {
    if (command.role().isEmpty()) {
      node.query(command.sql());
      return;
    }
    node.query("SET LOCAL ROLE " + SqlQuote.ident(command.role()));
    node.query(command.sql());
    node.query("RESET ROLE");
  }

  /** Refuses to copy from a cluster whose nodes are not alike. */
  static void requireAlike(ServerSchema first, ServerSchema other, String otherName) {
    Optional<String> difference = first.difference(other);
    if (difference.isPresent()) {
      throw differs(otherName, difference.get());
    }
  }

  private static SqlError differs(String node, String object) {
    return SqlError.of(
            SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
            "node \"%s\" differs from the other datanodes in: %s".formatted(node, object))
        .withHint("The schema may just be changing: try again.");
  }

  /** Tables that hold rows; asked before anything is taken from a server. */
  static List<String> filledTables(CatalogQueries server) {
    return server
        .query(
            """
            SELECT c.oid::regclass
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'm') AND c.oid >= 16384 AND n.nspname !~ '^(drover$|pg_)'
              AND n.nspname <> 'information_schema' ORDER BY c.oid\
            """)
        .stream()
        .map(row -> row.getFirst().orElseThrow())
        .filter(table -> !server.query("SELECT FROM ONLY " + table + " LIMIT 1").isEmpty())
        .toList();
  }
}
