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

  /** The built-in ones that have floating-point numbers within them. */
  private static final Set<String> GEOMETRIC =
      Set.of("box", "circle", "line", "lseg", "path", "point", "polygon");

  /** The built-in ones that a session may have written in one style or another. */
  private static final Set<String> STYLED =
      Set.of(
          "bytea",
          "date",
          "interval",
          "time with time zone",
          "time without time zone",
          "timestamp with time zone",
          "timestamp without time zone");

  private static final Set<String> FLOATS = Set.of("real", "double precision");

  private static final Pattern COLLATION = Pattern.compile(" COLLATE .*$", Pattern.DOTALL);
  private static final Pattern MODIFIER = Pattern.compile(" *\\([-0-9, ]*\\)");
  private static final Pattern ARRAY = Pattern.compile("(\\[\\])+$");
  private static final Pattern INTERVAL = Pattern.compile("^interval .*$");

  private BinaryColumns() {}

  /** {@code type} as {@code format_type} prints it, with or without a collation. */
  static boolean isBuiltIn(String type) {
    return BUILT_IN.contains(element(type));
  }

  /** Whether the text of a value depends on how many digits the session asks for. */
  static boolean mayLoseDigits(String type) {
    String element = element(type);
    return !BUILT_IN.contains(element)
        || GEOMETRIC.contains(element)
        || (FLOATS.contains(element) && !FLOATS.contains(type));
  }

  /** Whether the session's settings decide how a value is written. */
  static boolean hasStyles(String type) {
    return STYLED.contains(element(type));
  }

  /** The type's name, of an array its element's, without a modifier. */
  private static String element(String type) {
    String plain = COLLATION.matcher(type).replaceFirst("");
    plain = ARRAY.matcher(plain).replaceFirst("");
    plain = MODIFIER.matcher(plain).replaceFirst("");
    plain = INTERVAL.matcher(plain).replaceFirst("interval");
    return plain;
  }
}
