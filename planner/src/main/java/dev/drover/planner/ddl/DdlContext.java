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
 * @param searchPath schemas in which names are looked up, in order: implicit ones included, those
 *     that do not exist left out
 * @param temporarySchema the session's own, under its real name; empty if it has none
 * @param superuser whether the client's role is one
 */
public record DdlContext(
    CatalogSnapshot catalog,
    List<String> searchPath,
    String temporarySchema,
    boolean superuser,
    DdlProbe probe) {
  private static final String SYSTEM_SCHEMA = "pg_catalog";
  private static final String TEMPORARY_ALIAS = "pg_temp";

  public DdlContext {
    requireNonNull(catalog);
    searchPath = List.copyOf(searchPath);
    requireNonNull(temporarySchema);
    requireNonNull(probe);
  }

  /** The relation that a name means here. */
  Optional<Relation> find(QualifiedName name) {
    if (name.schema().isPresent()) {
      String schema = name.schema().get().text();
      return catalog.relation(
          schema.equals(TEMPORARY_ALIAS) ? temporarySchema : schema, name.local());
    }
    return searchPath.stream()
        .map(schema -> catalog.relation(schema, name.local()))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** The schema in which a statement makes an object of this name. */
  String creationSchema(QualifiedName name) {
    if (name.schema().isPresent()) {
      return name.schema().get().text();
    }
    return searchPath.stream()
        .filter(s -> !s.equals(SYSTEM_SCHEMA) && !isTemporary(s))
        .findFirst()
        .orElseThrow(
            () ->
                SqlError.of(
                    SqlState.INVALID_SCHEMA_NAME, "no schema has been selected to create in"));
  }

  /** Whether the relation belongs to the session alone. */
  boolean isTemporary(Relation relation) {
    return isTemporary(relation.schema());
  }

  private boolean isTemporary(String schema) {
    return !temporarySchema.isEmpty() && schema.equals(temporarySchema);
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
