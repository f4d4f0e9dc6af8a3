package dev.drover.deploy.bench;

import java.sql.SQLException;
import java.time.Duration;

/** The same query by one client, over and over. */
record ScanWorkload(String name, TableSet tables, String sql) implements Workload {
  @Override
  public String unit() {
    return "query";
  }

  @Override
  public Work run(Contender contender, Duration length) throws SQLException {
    try (Client client = Client.of(contender)) {
      long begin = System.nanoTime();
      long deadline = begin + length.toNanos();
      int count = 0;
      while (System.nanoTime() < deadline) {
        if (client.query(sql) == 0) {
          throw new BenchException("no rows: " + sql);
        }
        count++;
      }
      return new Work(count, count / ((System.nanoTime() - begin) / 1e9));
    }
  }
}
