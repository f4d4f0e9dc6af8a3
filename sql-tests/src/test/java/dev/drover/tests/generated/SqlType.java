package dev.drover.tests.generated;

import java.util.List;

/** The types of the generated columns, with the values that are most likely to go wrong. */
enum SqlType {
  INTEGER("integer"),
  BIGINT("bigint"),
  NUMERIC("numeric"),
  DOUBLE("double precision"),
  TEXT("text"),
  TEXT_C("text"),
  BOOLEAN("boolean"),
  DATE("date"),
  TIMESTAMP("timestamp"),
  JSONB("jsonb");

  private final String sqlName;

  SqlType(String sqlName) {
    this.sqlName = sqlName;
  }

  String sqlName() {
    return sqlName;
  }

  /** For the column of a table. */
  String declaration() {
    return this == TEXT_C ? "text COLLATE \"C\"" : sqlName;
  }

  List<String> samples() {
    return switch (this) {
      case INTEGER -> List.of("0", "1", "2", "3", "5", "7", "-1", "-4");
      case BIGINT -> List.of("0", "1", "2", "5", "4000000000", "-4000000000", "-1");
      case NUMERIC -> List.of("0", "1", "1.0", "1.00", "-2.5", "2.50", "100", "NaN", "0.001");
      case DOUBLE -> List.of("0", "-0", "1", "1.5", "-2.25", "NaN", "Infinity", "-Infinity");
      case TEXT -> List.of("", "a", "b", "A", "ab", "a b", "ä", "z%", "1", "null");
      case TEXT_C -> List.of("", "a", "B", "b", "ab", "_", "Ä", "zz");
      case BOOLEAN -> List.of("t", "f");
      case DATE -> List.of("2024-01-31", "2024-02-29", "2024-03-01", "1999-12-31", "infinity");
      case TIMESTAMP ->
          List.of("2024-01-31 12:00:00", "2024-02-29 00:00:00", "1999-12-31 23:59:59.5");
      case JSONB ->
          List.of(
              "{\"a\": 1.0}", "{\"a\": 1.00}", "{\"a\": \"x\", \"b\": null}", "[]", "null", "3");
    };
  }

  /** Equal values may look different, or sums depend on the order of work. */
  boolean isBlurred() {
    return this == NUMERIC || this == DOUBLE || this == JSONB;
  }

  boolean isNumber() {
    return this == INTEGER || this == BIGINT || this == NUMERIC || this == DOUBLE;
  }

  boolean isText() {
    return this == TEXT || this == TEXT_C;
  }

  /** A value as a literal. */
  String literal(String value) {
    if (this == INTEGER && !value.startsWith("-")) {
      return value;
    }
    if (this == NUMERIC && value.contains(".") && !value.startsWith("-")) {
      return value;
    }
    return cast("'%s'".formatted(value.replace("'", "''")));
  }

  /** The operand as this type, with its collation. */
  String cast(String operand) {
    String cast = operand + "::" + sqlName;
    return this == TEXT_C ? "(" + cast + " COLLATE \"C\")" : cast;
  }
}
