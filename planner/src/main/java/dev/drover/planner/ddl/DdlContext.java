package dev.drover.planner.ddl;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.sql.QualifiedName;
import java.util.List;
import java.util.Optional;

/**
 * Where a DDL statement is planned.
 *
 * @param catalog read after the cluster's DDL lock was taken
 * @param searchPath schemas that exist, in order, without the implicit ones
 * @param superuser whether the client's role is one
 */
public record DdlContext(
    CatalogSnapshot catalog,
    List<String> searchPath,
    String role,
    boolean superuser,
    DdlProbe probe) {
  /** Under this schema the snapshot holds the session's own temporary relations. */
  public static final String TEMPORARY_SCHEMA = "pg_temp";

  private static final String SYSTEM_SCHEMA = "pg_catalog";

  public DdlContext {
    requireNonNull(catalog);
    searchPath = List.copyOf(searchPath);
    requireNonNull(role);
    requireNonNull(probe);
  }

  /** The relation that a name means here. */
  Optional<Relation> find(QualifiedName name) {
    if (name.schema().isPresent()) {
      return catalog.relation(name.schema().get().text(), name.local());
    }
    Optional<Relation> found = catalog.relation(TEMPORARY_SCHEMA, name.local());
    if (found.isEmpty() && !searchPath.contains(SYSTEM_SCHEMA)) {
      found = catalog.relation(SYSTEM_SCHEMA, name.local());
    }
    for (int i = 0; found.isEmpty() && i < searchPath.size(); i++) {
      found = catalog.relation(searchPath.get(i), name.local());
    }
    return found;
  }

  /** The schema in which a statement makes an object of this name. */
  String creationSchema(QualifiedName name) {
    if (name.schema().isPresent()) {
      return name.schema().get().text();
    }
    return searchPath.stream()
        .findFirst()
        .orElseThrow(
            () ->
                SqlError.of(
                    SqlState.INVALID_SCHEMA_NAME, "no schema has been selected to create in"));
  }

  /** Ids of all datanodes; every table exists on each of them, with or without rows. */
  List<Integer> datanodes() {
    return catalog.datanodes();
  }

  void requireSuperuser(String command) {
    if (!superuser) {
      throw SqlError.of(SqlState.INSUFFICIENT_PRIVILEGE, "must be superuser to execute " + command);
    }
  }
}
