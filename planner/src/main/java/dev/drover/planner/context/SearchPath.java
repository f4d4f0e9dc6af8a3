package dev.drover.planner.context;

import java.util.ArrayList;
import java.util.List;

/**
 * The schemas in which an unqualified name is looked up, in order: the implicit ones included, the
 * ones that do not exist left out. The session's temporary schema stands under its real name.
 */
public record SearchPath(List<String> schemas, String temporarySchema) {
  /** {@link #temporarySchema()} of a session that has none. */
  public static final String NO_TEMPORARY_SCHEMA = "";

  private static final String TEMPORARY_ALIAS = "pg_temp";

  public SearchPath {
    schemas = List.copyOf(schemas);
  }

  /** With a temporary schema, which comes first unless {@code pg_temp} is listed. */
  public SearchPath withTemporary(String schema) {
    List<String> all = new ArrayList<>(schemas);
    if (all.contains(TEMPORARY_ALIAS)) {
      all.replaceAll(s -> s.equals(TEMPORARY_ALIAS) ? schema : s);
    } else {
      all.addFirst(schema);
    }
    return new SearchPath(all, schema);
  }

  public static SearchPath of(String... schemas) {
    return new SearchPath(List.of(schemas), NO_TEMPORARY_SCHEMA);
  }
}
