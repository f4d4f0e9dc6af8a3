package dev.drover.deploy.demo;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows as psql prints them.
 *
 * <p>Threads: immutable.
 */
record TextTable(List<String> columns, List<Boolean> rightAligned, List<List<String>> rows) {
  TextTable {
    columns = List.copyOf(columns);
    rightAligned = List.copyOf(rightAligned);
    rows = rows.stream().map(List::copyOf).toList();
  }

  /** Everything that the result has left. */
  static TextTable of(ResultSet result) throws SQLException {
    ResultSetMetaData meta = result.getMetaData();
    List<String> columns = new ArrayList<>();
    List<Boolean> rightAligned = new ArrayList<>();
    for (int i = 1; i <= meta.getColumnCount(); i++) {
      columns.add(meta.getColumnLabel(i));
      rightAligned.add(isNumber(meta.getColumnType(i)));
    }
    List<List<String>> rows = new ArrayList<>();
    while (result.next()) {
      List<String> row = new ArrayList<>();
      for (int i = 1; i <= columns.size(); i++) {
        String value = result.getString(i);
        row.add(value == null ? "" : value);
      }
      rows.add(row);
    }
    return new TextTable(columns, rightAligned, rows);
  }

  String cell(int row, int column) {
    return rows.get(row).get(column);
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(line(columns));
    lines.add(rule());
    rows.forEach(row -> lines.add(line(row)));
    return lines;
  }

  private static boolean isNumber(int type) {
    return switch (type) {
      case Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.NUMERIC, Types.DOUBLE -> true;
      default -> false;
    };
  }

  private String line(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      String blanks = " ".repeat(width(i) - cell.length());
      line.append(i == 0 ? " " : " │ ");
      line.append(rightAligned.get(i) ? blanks + cell : cell + blanks);
    }
    return line.toString().stripTrailing();
  }

  private String rule() {
    StringBuilder rule = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      rule.append(i == 0 ? "" : "┼").append("─".repeat(width(i) + 2));
    }
    return rule.toString();
  }

  private int width(int column) {
    int widest = columns.get(column).length();
    for (List<String> row : rows) {
      widest = Math.max(widest, row.get(column).length());
    }
    return widest;
  }
}
