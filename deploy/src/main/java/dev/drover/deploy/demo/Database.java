package dev.drover.deploy.demo;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** One connection and the few things that the demo does with it. */
record Database(Connection connection) {
  /** A result and how long it took to get it whole. */
  record Answer(TextTable table, Duration time) {
    String onlyCell() {
      return table.cell(0, 0);
    }
  }

  void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  Answer query(String sql) throws SQLException {
    long begin = System.nanoTime();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      TextTable table = TextTable.of(result);
      return new Answer(table, Duration.ofNanos(System.nanoTime() - begin));
    }
  }

  long number(String sql) throws SQLException {
    return Long.parseLong(query(sql).onlyCell());
  }

  /** What of EXPLAIN says where a statement runs, without the nodes' own plans. */
  List<String> route(String sql) throws SQLException {
    return query("EXPLAIN (COSTS off) " + sql).table().rows().stream()
        .flatMap(row -> row.getFirst().lines())
        .map(line -> line.strip().replaceFirst("^->\\s+", ""))
        .filter(line -> line.matches("(Data|Catalog) Node .*|Node/s: .*"))
        .toList();
  }
}
