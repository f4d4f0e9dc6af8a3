package dev.drover.coordinator.metadata;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@link CatalogQueries} over a JDBC connection, in whichever transaction that is. */
public record JdbcQueries(Connection connection) implements CatalogQueries {
  public JdbcQueries {
    requireNonNull(connection);
  }

  @Override
  public List<List<Optional<String>>> query(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      return statement.execute(sql) ? rows(statement) : List.of();
    } catch (SQLException e) {
      throw SqlError.of(state(e), e.getMessage());
    }
  }

  private static List<List<Optional<String>>> rows(Statement statement) throws SQLException {
    List<List<Optional<String>>> rows = new ArrayList<>();
    try (ResultSet result = statement.getResultSet()) {
      while (result.next()) {
        rows.add(row(result));
      }
    }
    return rows;
  }

  private static SqlState state(SQLException e) {
    return Arrays.stream(SqlState.values())
        .filter(s -> s.code().equals(e.getSQLState()))
        .findFirst()
        .orElse(SqlState.INTERNAL_ERROR);
  }

  private static List<Optional<String>> row(ResultSet result) throws SQLException {
    List<Optional<String>> row = new ArrayList<>();
    for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
      row.add(Optional.ofNullable(result.getString(i)));
    }
    return row;
  }
}
