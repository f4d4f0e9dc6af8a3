package dev.drover.planner.ddl;

import static java.util.stream.Collectors.joining;

import dev.drover.planner.catalog.Relation;
import java.util.Collection;

/** Names and values as SQL text, always quoted. */
public final class SqlQuote {
  private SqlQuote() {}

  public static String ident(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  public static String qualified(String schema, String name) {
    return ident(schema) + '.' + ident(name);
  }

  public static String qualified(Relation relation) {
    return qualified(relation.schema(), relation.name());
  }

  /** Valid under either setting of standard_conforming_strings. */
  public static String literal(String value) {
    String doubled = value.replace("'", "''");
    return value.indexOf('\\') < 0
        ? "'" + doubled + "'"
        : "E'" + doubled.replace("\\", "\\\\") + "'";
  }

  /** {@code '"s"."t"'::regclass}. */
  public static String regclass(Relation relation) {
    return literal(qualified(relation)) + "::regclass";
  }

  /** {@code '{1,2}'}, to be cast by its place; OIDs are unsigned. */
  public static String numbers(Collection<Integer> values) {
    return values.stream().map(Integer::toUnsignedString).collect(joining(",", "'{", "}'"));
  }
}
