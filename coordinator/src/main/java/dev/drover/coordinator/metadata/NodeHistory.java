package dev.drover.coordinator.metadata;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.List;
import java.util.Optional;

/**
 * What a server was before CREATE NODE names it: nothing, a node that this cluster has, one that it
 * had, or a server with a life of its own, which is left alone.
 *
 * <p>Threads: confined to the caller's; calls block.
 */
final class NodeHistory {
  private static final int NAMED_OBJECTS = 5;

  /** Everything that a node which left the cluster may still have. */
  private static final List<String> LEFTOVERS =
      List.of(
          "SELECT format('DROP PUBLICATION IF EXISTS %I', pubname) FROM pg_publication",
          "SELECT format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) FROM pg_namespace"
              + " WHERE nspname !~ '^(drover$|pg_)' AND nspname <> 'information_schema'",
          "SELECT format('DROP EXTENSION IF EXISTS %I CASCADE', extname) FROM pg_extension"
              + " WHERE oid >= 16384",
          "SELECT format('DROP FOREIGN DATA WRAPPER IF EXISTS %I CASCADE', fdwname)"
              + " FROM pg_foreign_data_wrapper",
          "SELECT format('DROP CAST IF EXISTS (%s AS %s) CASCADE', format_type(castsource, NULL),"
              + " format_type(casttarget, NULL)) FROM pg_cast WHERE oid >= 16384",
          "SELECT format('DROP OWNED BY %I CASCADE', rolname) FROM pg_roles"
              + " WHERE oid >= 16384 AND rolname <> 'drover'",
          "SELECT format('ALTER DATABASE %I RESET ALL', current_database())",
          "SELECT format('ALTER ROLE %I IN DATABASE %I RESET ALL', r.rolname, current_database())"
              + " FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole"
              + " JOIN pg_database d ON d.oid = s.setdatabase"
              + " WHERE d.datname = current_database()",
          "SELECT 'CREATE SCHEMA public'");

  private final CatalogQueries catalog;
  private final CatalogQueries server;
  private final String address;

  NodeHistory(CatalogQueries catalog, CatalogQueries server, String host, int port) {
    this.catalog = catalog;
    this.server = server;
    this.address = host + ":" + port;
  }

  /**
   * Changes nothing.
   *
   * @return whether the server was a node of this cluster once, and is to be emptied
   * @throws SqlError 55006 if it is one now, 55000 if it has objects or rows of its own
   */
  boolean check() {
    requireNoMember("SELECT 'the catalog node' WHERE to_regclass('drover.nodes') IS NOT NULL");
    Optional<Values> was = was();
    String cluster = ClusterBootstrap.clusterId(catalog);
    boolean ours = was.flatMap(w -> w.optional(1)).filter(cluster::equals).isPresent();
    if (ours) {
      String sql = "SELECT format('node \"%s\"', name) FROM drover.nodes WHERE id = ";
      catalog.query(sql + was.orElseThrow().text(0)).forEach(row -> refuseMember(row.getFirst()));
      requireNoRows();
      return true;
    }
    requireNoObjects();
    return false;
  }

  private Optional<Values> was() {
    String sql = "SELECT to_jsonb(t)->>'id', to_jsonb(t)->>'cluster' FROM drover.this_node t";
    boolean known =
        server
            .query("SELECT to_regclass('drover.this_node') IS NOT NULL")
            .getFirst()
            .getFirst()
            .map(v -> v.equals("t"))
            .orElse(false);
    return known ? server.query(sql).stream().findFirst().map(Values::new) : Optional.empty();
  }

  private void requireNoMember(String sql) {
    server.query(sql).forEach(row -> refuseMember(row.getFirst()));
  }

  private void refuseMember(Optional<String> what) {
    throw SqlError.of(
        SqlState.OBJECT_IN_USE,
        "server %s is %s of a cluster already".formatted(address, what.orElseThrow()));
  }

  private void requireNoRows() {
    List<String> filled = SchemaCopy.filledTables(server);
    if (!filled.isEmpty()) {
      throw refused("tables with rows", filled);
    }
  }

  private void requireNoObjects() {
    List<String> objects =
        ServerSchema.read(server).objects().stream().map(ServerSchema.Item::name).toList();
    if (!objects.isEmpty()) {
      throw refused("objects of its own", objects);
    }
  }

  private SqlError refused(String what, List<String> names) {
    String more = names.size() > NAMED_OBJECTS ? ", and others" : "";
    String some = String.join(", ", names.subList(0, Math.min(names.size(), NAMED_OBJECTS)));
    return SqlError.of(
            SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
            "server %s has %s already".formatted(address, what))
        .withDetail("Among them: " + some + more + ".")
        .withHint("A new node must be an empty PostgreSQL server.");
  }

  /** Takes away what is left of the node that the server was; in the caller's transaction. */
  void clear() {
    for (String sql : LEFTOVERS) {
      server.query(sql).stream().map(row -> row.getFirst().orElseThrow()).forEach(server::query);
    }
  }
}
