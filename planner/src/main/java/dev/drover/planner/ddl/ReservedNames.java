package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.sql.QualifiedName;

/** Keeps users' objects out of the schemas and roles that Drover works with. */
final class ReservedNames {
  /** Schema of the metadata, and the superuser who owns it. */
  static final String DROVER = "drover";

  /** The trigger that guards the catalog node's empty tables. */
  static final String GUARD_TRIGGER = "drover_guard";

  private ReservedNames() {}

  /** Refuses an object in a schema of Drover's. */
  static void requireUsable(QualifiedName name) {
    name.schema().ifPresent(s -> requireUsableSchema(s.text()));
  }

  static void requireUsableSchema(String schema) {
    if (isReserved(schema)) {
      throw SqlError.of(
              SqlState.INSUFFICIENT_PRIVILEGE, "permission denied for schema %s".formatted(schema))
          .withDetail("The schema belongs to Drover.")
          .withHint("pg_dump --exclude-schema=drover leaves it out.");
    }
  }

  static boolean isReserved(String name) {
    return name.equals(DROVER) || name.startsWith(LeafNames.SCHEMA_PREFIX);
  }
}
