package dev.drover.tests.moves;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A transaction that keeps its view of the tables of {@link OldViewTest} as they were made.
 *
 * <p>Threads: confined to one.
 */
final class OldView implements AutoCloseable {
  private static final String REFUSED = "40001";
  private static final String PREPARED = "PREPARE counted AS SELECT count(*) FROM viewed.ledger";

  /** What is true in the view. */
  private static final Map<String, String> ANSWERS =
      Map.of(
          "SELECT count(*) || ' ' || sum(v) || ' ' || sum(a) FROM viewed.ledger", "64 0 2080",
          "SELECT v FROM viewed.ledger WHERE a = 1", "0",
          "SELECT string_agg(a::text, ',' ORDER BY a) FROM viewed.ledger WHERE a < 4", "1,2,3",
          "SELECT n || ' ' || v FROM viewed.summed", "64 0",
          "SELECT count(*) FROM viewed.ledger JOIN viewed.apart USING (a)", "10",
          "SELECT count(*) FROM viewed.ledger x JOIN viewed.ledger y ON x.a = y.b", "64",
          "SELECT (SELECT sum(v) FROM viewed.ledger)", "0",
          "EXECUTE counted", "64",
          "SELECT count(*) FROM viewed.apart", "10");

  /** Somebody else has changed these rows since. */
  private static final List<String> TOO_LATE =
      List.of(
          "UPDATE viewed.ledger SET v = 5 WHERE a = 1",
          "SELECT v FROM viewed.ledger WHERE a = 1 FOR UPDATE",
          "DELETE FROM viewed.ledger WHERE a = 7");

  private final Connection connection;
  private final String name;
  private final List<String> refusals = new ArrayList<>();

  private OldView(Connection connection, String name) {
    this.connection = connection;
    this.name = name;
  }

  /** Looks and keeps what it has locked. */
  static OldView begin(Endpoint drover, int isolation, String look) throws SQLException {
    Connection connection = drover.connect();
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(isolation);
    OldView view = new OldView(connection, "level %d after %s".formatted(isolation, look));
    try (Statement statement = connection.createStatement()) {
      statement.execute(look);
      statement.execute(PREPARED);
    }
    return view;
  }

  /** Looks once more, and lets go of what it has locked for that. */
  static OldView begin(Endpoint drover, int isolation, String look, String another)
      throws SQLException {
    OldView view = begin(drover, isolation, look);
    view.ask(another);
    return new OldView(view.connection, view.name + " and " + another);
  }

  /** Answers that are neither right nor refused. */
  List<String> differences() throws SQLException {
    List<String> wrong = new ArrayList<>();
    refusals.clear();
    for (Map.Entry<String, String> each : ANSWERS.entrySet()) {
      String answer = ask(each.getKey());
      if (answer.equals(REFUSED)) {
        refusals.add(each.getKey());
      } else if (!answer.equals(each.getValue())) {
        wrong.add("%s: %s instead of %s".formatted(each.getKey(), answer, each.getValue()));
      }
    }
    for (String change : TOO_LATE) {
      String answer = ask(change);
      if (!answer.equals(REFUSED)) {
        wrong.add("%s: %s".formatted(change, answer));
      }
    }
    return wrong;
  }

  /** What it was last asked to try again, though it was right to ask. */
  List<String> refusals() {
    return List.copyOf(refusals);
  }

  /** The first column of the first row, or the SQLSTATE. */
  private String ask(String sql) throws SQLException {
    Savepoint before = connection.setSavepoint();
    String answer;
    try (Statement statement = connection.createStatement()) {
      boolean hasRows = statement.execute(sql);
      answer = hasRows ? first(statement) : statement.getUpdateCount() + " rows changed";
    } catch (SQLException e) {
      answer = String.valueOf(e.getSQLState());
    }
    connection.rollback(before);
    return answer;
  }

  private static String first(Statement statement) throws SQLException {
    try (ResultSet rows = statement.getResultSet()) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "no row";
    }
  }

  @Override
  public void close() {
    try (connection) {
      connection.rollback();
    } catch (SQLException e) {
      throw new IllegalStateException(name, e);
    }
  }

  @Override
  public String toString() {
    return "%s, refused %s".formatted(name, refusals);
  }
}
