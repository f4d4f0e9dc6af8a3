package dev.drover.redistribute.decode;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Settings under which values' texts lose nothing and mean the same on every server, so that equal
 * texts are equal values. Who reads texts and who writes them has them both.
 */
public final class ExactTexts {
  static final List<String> SETTINGS =
      List.of(
          "SET DateStyle = 'ISO, YMD'",
          "SET IntervalStyle = 'postgres'",
          "SET TimeZone = 'UTC'",
          "SET extra_float_digits = 1",
          "SET bytea_output = 'hex'",
          "SET lc_monetary = 'C'",
          "SET xmloption = 'content'",
          "SET quote_all_identifiers = off",
          "SET search_path = 'pg_catalog'",
          "SET client_encoding = 'UTF8'");

  private ExactTexts() {}

  /** For the rest of the session. */
  public static void set(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(String.join("; ", SETTINGS));
    }
  }
}
