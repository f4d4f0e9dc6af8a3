package dev.drover.deploy.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;

/** One COPY of many rows into an empty table, however long a run is meant to be. */
record CopyWorkload(String name, TableSet tables, Supplier<byte[]> rows) implements Workload {
  @Override
  public String unit() {
    return "row";
  }

  @Override
  public Work run(Contender contender, Duration length) throws SQLException {
    try (Client client = Client.of(contender)) {
      client.execute("TRUNCATE " + BenchTables.COPIED);
      long begin = System.nanoTime();
      long count = client.copy(BenchTables.COPIED, rows.get());
      double seconds = (System.nanoTime() - begin) / 1e9;
      return new Work(count, count / seconds);
    }
  }
}
