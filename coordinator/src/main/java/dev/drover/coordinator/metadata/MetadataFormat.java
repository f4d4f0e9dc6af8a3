package dev.drover.coordinator.metadata;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Which release made a catalog node's metadata: the format of what is stored, and a digest of the
 * files that made functions and views.
 *
 * <p>A release that stores something else than the one before it has another number, and a file
 * {@code upgrade/N.sql} that brings the format before N to N. The files run in order, in one
 * transaction with all the others, and may be run again.
 *
 * @param version 0 where there is no metadata yet
 */
record MetadataFormat(int version, String scripts) {
  /** Of this release. */
  static final int CURRENT = 2;

  private static final MetadataFormat NONE = new MetadataFormat(0, "");

  /** What is there. */
  static MetadataFormat read(Connection connection) throws SQLException {
    if (!isTrue(connection, "SELECT to_regclass('drover.format') IS NOT NULL")) {
      return NONE;
    }
    boolean hasDigest =
        isTrue(
            connection,
            "SELECT EXISTS (SELECT FROM pg_attribute WHERE attname = 'scripts'"
                + " AND attrelid = 'drover.format'::regclass)");
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT version, %s FROM drover.format".formatted(hasDigest ? "scripts" : "''"))) {
      return row.next() ? new MetadataFormat(row.getInt(1), row.getString(2)) : NONE;
    }
  }

  /** What this release makes. */
  static MetadataFormat ofThisRelease() {
    List<String> files = new ArrayList<>(SqlScripts.CATALOG);
    files.addAll(SqlScripts.DATANODE);
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      files.forEach(file -> digest.update(SqlScripts.text(file).getBytes(UTF_8)));
      return new MetadataFormat(CURRENT, HexFormat.of().formatHex(digest.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Refuses the format of another release. */
  static void requireCurrent(int version) {
    if (version != CURRENT) {
      throw SqlError.of(
          SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
          "the cluster's metadata has format %d, this coordinator knows format %d"
              .formatted(version, CURRENT));
    }
  }

  /** The files that lead from this format to the current one, in order. */
  List<String> upgrades() {
    if (version > CURRENT) {
      requireCurrent(version);
    }
    List<String> files = new ArrayList<>();
    for (int next = version + 1; version > 0 && next <= CURRENT; next++) {
      files.add("upgrade/%d.sql".formatted(next));
    }
    return files;
  }

  /** In the transaction that has made it so. */
  void write(Connection connection) throws SQLException {
    String sql =
        "INSERT INTO drover.format (version, scripts) VALUES (?, ?)"
            + " ON CONFLICT (one_row) DO UPDATE SET version = excluded.version,"
            + " scripts = excluded.scripts";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, version);
      statement.setString(2, scripts);
      statement.executeUpdate();
    }
  }

  private static boolean isTrue(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getBoolean(1);
    }
  }
}
