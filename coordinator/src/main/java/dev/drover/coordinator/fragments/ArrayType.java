package dev.drover.coordinator.fragments;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an array of a column's values is, for types that PostgreSQL has built in. A value's length
 * or precision is no part of an array's type, and is what it is already.
 *
 * @param name of the elements' type
 * @param oid of it, the same on every server
 * @param collation of the column with COLLATE before it, or empty
 */
record ArrayType(String name, int oid, String collation) {
  private static final Map<String, Integer> ELEMENTS =
      Map.ofEntries(
          Map.entry("boolean", 16),
          Map.entry("bytea", 17),
          Map.entry("bigint", 20),
          Map.entry("smallint", 21),
          Map.entry("integer", 23),
          Map.entry("text", 25),
          Map.entry("oid", 26),
          Map.entry("real", 700),
          Map.entry("double precision", 701),
          Map.entry("bpchar", 1042),
          Map.entry("character", 1042),
          Map.entry("character varying", 1043),
          Map.entry("date", 1082),
          Map.entry("time without time zone", 1083),
          Map.entry("timestamp without time zone", 1114),
          Map.entry("timestamp with time zone", 1184),
          Map.entry("interval", 1186),
          Map.entry("numeric", 1700),
          Map.entry("uuid", 2950));

  /** Those whose names are no words of SQL, and might be another's in some schema. */
  private static final Map<Integer, String> QUALIFIED =
      Map.of(
          17,
          "pg_catalog.bytea",
          25,
          "pg_catalog.text",
          26,
          "pg_catalog.oid",
          1042,
          "pg_catalog.bpchar",
          1082,
          "pg_catalog.date",
          2950,
          "pg_catalog.uuid");

  private static final Pattern MODIFIER = Pattern.compile(" *\\([-0-9, ]*\\)");
  private static final Pattern COLLATED =
      Pattern.compile("^(?<type>.*?)(?<collation> COLLATE .*)?$", Pattern.DOTALL);

  /** {@code type} as {@code format_type} prints it, with or without a collation. */
  static Optional<ArrayType> of(String type) {
    Matcher parts = COLLATED.matcher(type);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String plain = MODIFIER.matcher(parts.group("type")).replaceFirst("");
    Optional<Integer> oid = Optional.ofNullable(ELEMENTS.get(plain));
    String collation = Optional.ofNullable(parts.group("collation")).orElse("");
    return oid.map(o -> new ArrayType(QUALIFIED.getOrDefault(o, plain), o, collation));
  }
}
