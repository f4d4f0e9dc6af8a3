package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Relation;

/**
 * PostgreSQL's own relations: a transaction of several nodes that held a lock on one while it is
 * prepared would shut out every new connection.
 */
final class SystemCatalogs {
  private SystemCatalogs() {}

  static boolean contains(Relation relation) {
    return relation.schema().equals("pg_catalog")
        || relation.schema().equals("information_schema")
        || relation.schema().equals("pg_toast");
  }

  static void refuse(Relation relation, String command) {
    if (contains(relation)) {
      throw SqlError.notSupported(
          "%s of system relation \"%s\" is not supported".formatted(command, relation.name()));
    }
    ReservedNames.requireUsableSchema(relation.schema());
  }
}
