package dev.drover.planner.route;

import java.util.List;

/**
 * The schemas in which an unqualified name is looked up, in order: the implicit ones included, the
 * ones that do not exist left out. The session's temporary schema stands under its real name.
 */
public record SearchPath(List<String> schemas, String temporarySchema) {
  /** {@link #temporarySchema()} of a session that has none. */
  public static final String NO_TEMPORARY_SCHEMA = "";

  public SearchPath {
    schemas = List.copyOf(schemas);
  }

  public static SearchPath of(String... schemas) {
    return new SearchPath(List.of(schemas), NO_TEMPORARY_SCHEMA);
  }
}
