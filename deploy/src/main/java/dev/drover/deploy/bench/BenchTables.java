package dev.drover.deploy.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.sql.SQLException;
import java.util.List;

/**
 * The tables of all workloads.
 *
 * <p>Threads: immutable.
 */
final class BenchTables {
  static final String COPIED = "copied";
  static final String SCANNED = "scanned";
  static final String INSERTED = "inserted";

  /** Rows are generated in portions, so that a large table needs little memory. */
  private static final int PORTION_ROWS = 250_000;

  private static final int GROUPS = 100;
  private static final List<String> PGBENCH =
      List.of("pgbench_branches", "pgbench_tellers", "pgbench_accounts", "pgbench_history");

  private final Pgbench pgbench;
  private final BenchOptions options;
  private final TableSet ofPgbench = this::preparePgbench;
  private final TableSet inserted = this::prepareInserted;
  private final TableSet copied = this::prepareCopied;
  private final TableSet scanned = this::prepareScanned;

  BenchTables(Pgbench pgbench, BenchOptions options) {
    this.pgbench = pgbench;
    this.options = options;
  }

  /** As {@code pgbench -i} makes them, with keys from the start. */
  TableSet ofPgbench() {
    return ofPgbench;
  }

  TableSet inserted() {
    return inserted;
  }

  TableSet copied() {
    return copied;
  }

  TableSet scanned() {
    return scanned;
  }

  /** Text rows {@code id, group, value, filler}. */
  static byte[] rows(int from, int count) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(count * 40);
    for (int i = from; i < from + count; i++) {
      long scattered = (i * 0x9e3779b97f4a7c15L) >>> 33;
      String row =
          (i + 1)
              + "\t"
              + scattered % GROUPS
              + "\t"
              + scattered % 100_000
              + "\ttwenty bytes of text\n";
      out.writeBytes(row.getBytes(US_ASCII));
    }
    return out.toByteArray();
  }

  private void preparePgbench(Contender contender) throws SQLException {
    try (Client client = Client.of(contender)) {
      for (String table : PGBENCH) {
        client.execute("DROP TABLE IF EXISTS " + table);
      }
      client.execute(
          "CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int, filler char(88))"
              + contender.distributedBy("bid"));
      client.execute(
          "CREATE TABLE pgbench_tellers (tid int PRIMARY KEY, bid int, tbalance int,"
              + " filler char(84))"
              + contender.distributedBy("tid"));
      client.execute(
          "CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int,"
              + " filler char(84))"
              + contender.distributedBy("aid"));
      client.execute(
          "CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp,"
              + " filler char(22))"
              + contender.distributedBy("aid"));
    }
    pgbench.fill(contender.port(), options.scale());
  }

  private void prepareInserted(Contender contender) throws SQLException {
    try (Client client = Client.of(contender)) {
      client.execute("DROP TABLE IF EXISTS " + INSERTED);
      client.execute(
          "CREATE TABLE %s (id bigint, filler text)%s"
              .formatted(INSERTED, contender.distributedBy("id")));
    }
  }

  private void prepareCopied(Contender contender) throws SQLException {
    try (Client client = Client.of(contender)) {
      create(client, COPIED, contender);
    }
  }

  private void prepareScanned(Contender contender) throws SQLException {
    try (Client client = Client.of(contender)) {
      create(client, SCANNED, contender);
      for (int from = 0; from < options.scanRows(); from += PORTION_ROWS) {
        int count = Math.min(PORTION_ROWS, options.scanRows() - from);
        client.copy(SCANNED, rows(from, count));
      }
      client.execute("VACUUM ANALYZE " + SCANNED);
    }
  }

  private static void create(Client client, String table, Contender contender) throws SQLException {
    client.execute("DROP TABLE IF EXISTS " + table);
    client.execute(
        "CREATE TABLE %s (id bigint, kind int, value int, filler text)%s"
            .formatted(table, contender.distributedBy("id")));
  }
}
