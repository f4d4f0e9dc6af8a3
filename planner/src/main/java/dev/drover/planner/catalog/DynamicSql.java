package dev.drover.planner.catalog;

import java.util.Set;

/**
 * Functions, of PostgreSQL and of its extensions, that read tables which no one can see in their
 * body: they run SQL that they are given as text, or walk through the catalog.
 */
public final class DynamicSql {
  private static final Set<String> FUNCTIONS =
      Set.of(
          "query_to_xml",
          "query_to_xml_and_xmlschema",
          "query_to_xmlschema",
          "cursor_to_xml",
          "table_to_xml",
          "table_to_xml_and_xmlschema",
          "schema_to_xml",
          "schema_to_xml_and_xmlschema",
          "database_to_xml",
          "database_to_xml_and_xmlschema",
          "ts_stat",
          "ts_rewrite",
          "dblink",
          "dblink_exec",
          "crosstab",
          "crosstab2",
          "crosstab3",
          "crosstab4",
          "connectby");

  private DynamicSql() {}

  /** Whether a function of that name may read any table. */
  public static boolean isRunBy(String function) {
    return FUNCTIONS.contains(function);
  }
}
