package dev.drover.deploy.tpc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * What a server answers to a query, as text to the last digit.
 *
 * @param lines for each statement its columns with their types, then its rows
 */
public record Answer(List<String> lines) {
  private static final String NULL = "\\N";

  public Answer {
    lines = List.copyOf(lines);
  }

  /** Rows of a query that does not order them are sorted here. */
  public static Answer of(Connection connection, Query query) throws SQLException {
    List<String> lines = new ArrayList<>();
    for (String text : query.statements()) {
      try (Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery(text)) {
        lines.add(columns(result.getMetaData()));
        List<String> rows = rows(result);
        if (!query.isOrdered()) {
          Collections.sort(rows);
        }
        lines.addAll(rows);
      }
    }
    return new Answer(lines);
  }

  /** The rows alone. */
  public int rowCount(Query query) {
    return lines.size() - query.statements().size();
  }

  /** The first line that is not as in the other answer, which is right; empty when all are. */
  public Optional<String> differenceFrom(Answer right) {
    if (lines.equals(right.lines)) {
      return Optional.empty();
    }
    int i = 0;
    while (i < lines.size() && i < right.lines.size() && lines.get(i).equals(right.lines.get(i))) {
      i++;
    }
    return Optional.of(
        "line %d of %d is <%s>, should be <%s> of %d"
            .formatted(i, lines.size(), line(lines, i), line(right.lines, i), right.lines.size()));
  }

  private static String line(List<String> lines, int i) {
    return i < lines.size() ? lines.get(i) : "";
  }

  private static String columns(ResultSetMetaData columns) throws SQLException {
    StringJoiner line = new StringJoiner("|");
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      line.add(columns.getColumnLabel(i) + " " + columns.getColumnTypeName(i));
    }
    return line.toString();
  }

  private static List<String> rows(ResultSet result) throws SQLException {
    int width = result.getMetaData().getColumnCount();
    List<String> rows = new ArrayList<>();
    while (result.next()) {
      StringJoiner line = new StringJoiner("|");
      for (int i = 1; i <= width; i++) {
        line.add(Optional.ofNullable(result.getString(i)).orElse(NULL));
      }
      rows.add(line.toString());
    }
    return rows;
  }
}
