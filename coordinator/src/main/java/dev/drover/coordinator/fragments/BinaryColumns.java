package dev.drover.coordinator.fragments;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which types' binary form means the same on every server: those that PostgreSQL has built in, but
 * for those that stand for objects by their OIDs.
 */
final class BinaryColumns {
  private static final Set<String> BUILT_IN =
      Set.of(
          "\"char\"",
          "bigint",
          "bit",
          "bit varying",
          "boolean",
          "box",
          "bpchar",
          "bytea",
          "character",
          "character varying",
          "cidr",
          "circle",
          "date",
          "daterange",
          "double precision",
          "inet",
          "int4range",
          "int8range",
          "integer",
          "interval",
          "json",
          "jsonb",
          "line",
          "lseg",
          "macaddr",
          "macaddr8",
          "money",
          "name",
          "numeric",
          "numrange",
          "oid",
          "path",
          "point",
          "polygon",
          "real",
          "smallint",
          "text",
          "time with time zone",
          "time without time zone",
          "timestamp with time zone",
          "timestamp without time zone",
          "tsrange",
          "tstzrange",
          "uuid");

  private static final Pattern COLLATION = Pattern.compile(" COLLATE .*$", Pattern.DOTALL);
  private static final Pattern MODIFIER = Pattern.compile(" *\\([-0-9, ]*\\)");
  private static final Pattern ARRAY = Pattern.compile("(\\[\\])+$");
  private static final Pattern INTERVAL = Pattern.compile("^interval .*$");

  private BinaryColumns() {}

  /** {@code type} as {@code format_type} prints it, with or without a collation. */
  static boolean isBuiltIn(String type) {
    String plain = COLLATION.matcher(type).replaceFirst("");
    plain = ARRAY.matcher(plain).replaceFirst("");
    plain = MODIFIER.matcher(plain).replaceFirst("");
    plain = INTERVAL.matcher(plain).replaceFirst("interval");
    return BUILT_IN.contains(plain);
  }
}
