package dev.drover.tests.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** The JDBC driver sees the same through both servers. */
@ExtendWith(EndpointsExtension.class)
class JdbcTest {
  private static final int ROWS = 100;

  private final Endpoints endpoints;

  JdbcTest(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  /** Something to do on a connection, and what was seen. */
  private interface Work {
    Object run(Connection connection) throws SQLException;
  }

  @BeforeEach
  void createTable() throws SQLException {
    for (Endpoint endpoint : List.of(endpoints.plain(), endpoints.drover())) {
      try (Connection connection = endpoint.connect();
          Statement statement = connection.createStatement()) {
        String by = endpoint.isDrover() ? " DISTRIBUTE BY HASH (id)" : "";
        statement.execute("CREATE TABLE jdbc (id serial PRIMARY KEY, v int, name text)" + by);
        statement.execute(
            "INSERT INTO jdbc (v, name) SELECT g * 2, 'n' || g FROM generate_series(1, 100) g");
      }
    }
  }

  @AfterEach
  void dropTable() throws SQLException {
    for (Endpoint endpoint : List.of(endpoints.plain(), endpoints.drover())) {
      try (Connection connection = endpoint.connect();
          Statement statement = connection.createStatement()) {
        statement.execute("DROP TABLE jdbc");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prepareThreshold=1",
        "prepareThreshold=5",
        "preferQueryMode=simple",
        "preferQueryMode=extendedForPrepared",
        "binaryTransfer=false",
        "autosave=always",
        "reWriteBatchedInserts=true",
        "preferQueryMode=extendedCacheEverything"
      })
  void preparedStatementsGiveTheSameInEveryMode(String setting) throws SQLException {
    String[] pair = setting.split("=", -1);
    Properties properties = new Properties();
    properties.setProperty(pair[0], pair[1]);
    assertSame(properties, JdbcTest::pointQueries);
    assertSame(properties, JdbcTest::changes);
    assertSame(properties, JdbcTest::batches);
  }

  private static Object pointQueries(Connection connection) throws SQLException {
    List<Object> seen = new ArrayList<>();
    try (PreparedStatement point =
        connection.prepareStatement("SELECT id, v, name FROM jdbc WHERE id = ?")) {
      for (int i = 0; i <= ROWS + 1; i += 7) {
        point.setInt(1, i);
        seen.addAll(rows(point.executeQuery()));
      }
    }
    try (PreparedStatement range =
        connection.prepareStatement("SELECT count(*), sum(v) FROM jdbc WHERE v > ?")) {
      for (int i = 0; i < ROWS; i += 9) {
        range.setLong(1, i);
        seen.addAll(rows(range.executeQuery()));
      }
    }
    return seen;
  }

  private static Object changes(Connection connection) throws SQLException {
    List<Object> seen = new ArrayList<>();
    try (PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO jdbc (v, name) VALUES (?, ?)", Statement.RETURN_GENERATED_KEYS);
        PreparedStatement update =
            connection.prepareStatement("UPDATE jdbc SET v = v + ? WHERE name = ?");
        PreparedStatement delete = connection.prepareStatement("DELETE FROM jdbc WHERE v = ?")) {
      for (int i = 0; i < 10; i++) {
        insert.setInt(1, -i);
        insert.setString(2, i % 3 == 0 ? null : "new " + i);
        seen.add(insert.executeUpdate());
        seen.addAll(rows(insert.getGeneratedKeys()));
        update.setInt(1, 1000);
        update.setString(2, "n" + i);
        seen.add(update.executeUpdate());
        delete.setInt(1, -i);
        seen.add(delete.executeUpdate());
      }
    }
    return seen;
  }

  private static Object batches(Connection connection) throws SQLException {
    List<Object> seen = new ArrayList<>();
    connection.setAutoCommit(false);
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO jdbc (id, v, name) VALUES (?, ?, ?)")) {
      for (int i = 0; i < 300; i++) {
        insert.setInt(1, 10_000 + i);
        insert.setInt(2, i);
        insert.setString(3, "batch");
        insert.addBatch();
      }
      seen.add(insert.executeBatch().length);
    }
    connection.commit();
    try (Statement statement = connection.createStatement()) {
      seen.addAll(rows(statement.executeQuery("SELECT count(*), sum(v), sum(id) FROM jdbc")));
    }
    connection.commit();
    connection.setAutoCommit(true);
    return seen;
  }

  /** A server that keeps the statement must not keep the moment of its first execution. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO jdbc (id, v, name) VALUES (?, 0, now()::text)",
        "INSERT INTO jdbc (id, v, name) SELECT ?, 0, now()::text",
        "UPDATE jdbc SET name = now()::text WHERE id = ? - 1000",
        "UPDATE jdbc SET name = now()::text WHERE v = 2 * (? - 1000)"
      })
  void everyTransactionHasAMomentOfItsOwn(String sql) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("prepareThreshold", "1");
    assertSame(
        properties,
        connection -> {
          connection.setAutoCommit(false);
          try (PreparedStatement change = connection.prepareStatement(sql)) {
            for (int i = 1001; i <= 1004; i++) {
              change.setInt(1, i);
              change.executeUpdate();
              connection.commit();
            }
          }
          return query(
              connection, "SELECT count(DISTINCT name) FROM jdbc WHERE name NOT LIKE 'n%'");
        });
  }

  @Test
  void aBatchThatFailsChangesNothing() throws SQLException {
    assertSame(
        new Properties(),
        connection -> {
          connection.setAutoCommit(false);
          try (PreparedStatement insert =
              connection.prepareStatement("INSERT INTO jdbc (id, v) VALUES (?, 0)")) {
            for (int id : new int[] {501, 502, 503, 50, 504}) {
              insert.setInt(1, id);
              insert.addBatch();
            }
            assertThatThrownBy(insert::executeBatch)
                .isInstanceOf(BatchUpdateException.class)
                .hasMessageContaining("jdbc_pkey");
          }
          connection.rollback();
          return query(connection, "SELECT count(*) FROM jdbc");
        });
  }

  @Test
  void aCursorFetchesInPieces() throws SQLException {
    assertSame(
        new Properties(),
        connection -> {
          connection.setAutoCommit(false);
          try (PreparedStatement all =
              connection.prepareStatement("SELECT * FROM jdbc ORDER BY id")) {
            all.setFetchSize(7);
            return rows(all.executeQuery());
          } finally {
            connection.rollback();
            connection.setAutoCommit(true);
          }
        });
  }

  @Test
  void savepointsAndIsolationLevelsWork() throws SQLException {
    assertSame(
        new Properties(),
        connection -> {
          connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
          connection.setAutoCommit(false);
          List<Object> seen = new ArrayList<>();
          query(connection, "UPDATE jdbc SET v = 0 WHERE id < 10 RETURNING id");
          Savepoint savepoint = connection.setSavepoint("here");
          query(connection, "DELETE FROM jdbc RETURNING id");
          seen.add(query(connection, "SELECT count(*) FROM jdbc"));
          connection.rollback(savepoint);
          seen.add(query(connection, "SELECT count(*), sum(v) FROM jdbc"));
          seen.add(connection.getTransactionIsolation());
          connection.commit();
          connection.setReadOnly(true);
          assertThatThrownBy(() -> query(connection, "DELETE FROM jdbc RETURNING id"))
              .isInstanceOf(SQLException.class)
              .extracting(e -> ((SQLException) e).getSQLState())
              .isEqualTo("25006");
          connection.rollback();
          return seen;
        });
  }

  @Test
  void parametersOfManyTypesArriveAsSent() throws SQLException {
    Properties binary = new Properties();
    binary.setProperty("prepareThreshold", "-1");
    String sql =
        "SELECT ?::int2, ?::int8, ?::numeric, ?::float8, ?::bool, ?::text, ?::date,"
            + " ?::timestamptz, ?::uuid, ?::bytea, id FROM jdbc WHERE id = ?";
    assertSame(
        binary,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setShort(1, (short) -7);
            select.setLong(2, Long.MIN_VALUE);
            select.setBigDecimal(3, new BigDecimal("1.500"));
            select.setDouble(4, -0.0);
            select.setBoolean(5, true);
            select.setString(6, "żółw");
            select.setObject(7, LocalDate.of(2024, 2, 29));
            select.setObject(8, OffsetDateTime.parse("2024-01-01T00:00:00+02:00"));
            select.setObject(9, new UUID(1, 2));
            select.setBytes(10, new byte[] {0, -1, 16});
            select.setInt(11, 42);
            return rows(select.executeQuery());
          }
        });
  }

  @Test
  void theMetadataShowsOneServer() throws SQLException {
    assertSame(
        new Properties(),
        connection -> {
          DatabaseMetaData metadata = connection.getMetaData();
          List<Object> seen = new ArrayList<>();
          seen.add(rows(metadata.getTables(null, "public", "jdbc%", null)));
          seen.add(rows(metadata.getColumns(null, "public", "jdbc", "%")));
          seen.add(rows(metadata.getPrimaryKeys(null, "public", "jdbc")));
          seen.add(indexes(metadata));
          seen.add(rows(metadata.getExportedKeys(null, "public", "jdbc")));
          seen.add(metadata.getDatabaseProductName());
          seen.add(metadata.getDatabaseProductVersion());
          return seen;
        });
  }

  @Test
  void theDriversCopyManagerLoadsAndUnloads() throws SQLException {
    assertSame(
        new Properties(),
        connection -> {
          CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
          StringBuilder data = new StringBuilder();
          for (int i = 1000; i < 3000; i++) {
            data.append(i).append(',').append(i % 7).append(",\"name, ").append(i).append("\"\n");
          }
          List<Object> seen = new ArrayList<>();
          StringWriter out = new StringWriter();
          try {
            StringReader in = new StringReader(data.toString());
            seen.add(copy.copyIn("COPY jdbc (id, v, name) FROM STDIN (FORMAT csv)", in));
            seen.add(copy.copyOut("COPY jdbc TO STDOUT (FORMAT csv)", out));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          seen.add(out.toString().lines().sorted().toList());
          seen.add(query(connection, "SELECT count(*), sum(id), sum(v) FROM jdbc"));
          return seen;
        });
  }

  /** Without the columns that hold estimates. */
  private static List<String> indexes(DatabaseMetaData metadata) throws SQLException {
    List<String> seen = new ArrayList<>();
    try (ResultSet indexes = metadata.getIndexInfo(null, "public", "jdbc", false, false)) {
      while (indexes.next()) {
        seen.add(
            "%s %s %s"
                .formatted(
                    indexes.getString("INDEX_NAME"),
                    indexes.getString("COLUMN_NAME"),
                    indexes.getBoolean("NON_UNIQUE")));
      }
    }
    return seen;
  }

  private void assertSame(Properties properties, Work work) throws SQLException {
    try (Connection plain = endpoints.plain().connect(properties);
        Connection drover = endpoints.drover().connect(properties)) {
      Object expected = work.run(plain);
      assertThat(work.run(drover)).isEqualTo(expected);
    }
  }

  private static List<String> query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return rows(statement.executeQuery(sql));
    }
  }

  private static List<String> rows(ResultSet results) throws SQLException {
    ResultSetMetaData columns = results.getMetaData();
    List<String> rows = new ArrayList<>();
    try (results) {
      while (results.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          row.append(columns.getColumnName(i)).append('=').append(show(results.getObject(i)));
          row.append(' ');
        }
        rows.add(row.toString());
      }
    }
    return rows;
  }

  private static String show(Object value) {
    return value instanceof byte[] bytes ? Arrays.toString(bytes) : String.valueOf(value);
  }
}
