package dev.drover.coordinator.metadata;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Queries over JDBC, for tests. */
record JdbcQueries(Connection connection) implements CatalogQueries {
  @Override
  public List<List<Optional<String>>> query(String sql) {
    List<List<Optional<String>>> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      if (statement.execute(sql)) {
        try (ResultSet result = statement.getResultSet()) {
          while (result.next()) {
            rows.add(row(result));
          }
        }
      }
      return rows;
    } catch (SQLException e) {
      throw SqlError.of(SqlState.INTERNAL_ERROR, e.getSQLState() + " " + e.getMessage());
    }
  }

  private static List<Optional<String>> row(ResultSet result) throws SQLException {
    List<Optional<String>> row = new ArrayList<>();
    for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
      row.add(Optional.ofNullable(result.getString(i)));
    }
    return row;
  }
}
