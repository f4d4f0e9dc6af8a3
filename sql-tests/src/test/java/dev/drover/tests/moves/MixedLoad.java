package dev.drover.tests.moves;

import dev.drover.tests.Endpoint;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * TPC-B as pgbench has it, over tables of every distribution, with readers who add everything up in
 * one statement and in one view, one who counts, COPY, and a writer of a replicated table. What was
 * acknowledged is counted, row by row.
 */
final class MixedLoad {
  static final List<String> TABLES = List.of("accounts", "tellers", "branches", "arrivals");

  private static final int BRANCHES = 4;
  private static final int TELLERS = 40;
  private static final int RATES = 10;
  private static final int COPIED_ROWS = 50;

  private final Endpoint drover;
  private final Clients clients;
  private final int accounts;
  private final AtomicLongArray updates;
  private final AtomicLongArray rates = new AtomicLongArray(RATES + 1);
  private final AtomicLong history = new AtomicLong();
  private final AtomicLong copied = new AtomicLong();

  MixedLoad(Endpoint drover, int accounts) {
    this.drover = drover;
    this.clients = new Clients(drover);
    this.accounts = accounts;
    this.updates = new AtomicLongArray(accounts + 1);
  }

  /** One turn of a client. */
  private interface Work {
    void run(Statement statement, Random random) throws SQLException;
  }

  void create() throws SQLException {
    try (Connection connection = drover.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          CREATE TABLE branches (bid int PRIMARY KEY, bbalance bigint NOT NULL DEFAULT 0)
            DISTRIBUTE BY MODULO (bid);
          CREATE TABLE tellers (tid int PRIMARY KEY, tbalance bigint NOT NULL DEFAULT 0)
            DISTRIBUTE BY HASH (tid);
          CREATE TABLE accounts (aid int, bid int, abalance bigint NOT NULL DEFAULT 0,
            n bigint NOT NULL DEFAULT 0, filler char(84), PRIMARY KEY (aid, bid))
            DISTRIBUTE BY HASH (aid);
          CREATE TABLE history (tid int, bid int, aid int, delta bigint) DISTRIBUTE BY ROUNDROBIN;
          CREATE TABLE arrivals (id bigint, note text) DISTRIBUTE BY HASH (id);
          CREATE TABLE rates (id int PRIMARY KEY, n bigint NOT NULL DEFAULT 0)
            DISTRIBUTE BY REPLICATION
          """);
      statement.execute(
          """
          INSERT INTO branches (bid) SELECT generate_series(1, %d);
          INSERT INTO tellers (tid) SELECT generate_series(1, %d);
          INSERT INTO rates (id) SELECT generate_series(1, %d);
          INSERT INTO accounts (aid, bid, filler) SELECT g, g %% 97, '' FROM generate_series(1, %d) g
          """
              .formatted(BRANCHES, TELLERS, RATES, accounts));
    }
  }

  void start() {
    begin("tpc-b", this::transaction);
    begin("tpc-b", this::transaction);
    begin("sums", (statement, random) -> checkSums(statement));
    begin("sums in one view", this::twoSums);
    begin("counts", this::countEverything);
    begin("copy", this::copy);
    begin("rate", this::rate);
  }

  private void begin(String name, Work work) {
    clients.begin(
        name,
        (connection, random) -> {
          try (Statement statement = connection.createStatement()) {
            work.run(statement, random);
          }
        });
  }

  private void transaction(Statement statement, Random random) throws SQLException {
    int aid = 1 + random.nextInt(accounts);
    int tid = 1 + random.nextInt(TELLERS);
    int bid = 1 + random.nextInt(BRANCHES);
    int delta = random.nextInt(10_001) - 5000;
    statement.execute("BEGIN");
    change(
        statement,
        "UPDATE accounts SET abalance = abalance + %d, n = n + 1 WHERE aid = %d"
            .formatted(delta, aid));
    statement.executeQuery("SELECT abalance FROM accounts WHERE aid = " + aid).close();
    change(
        statement,
        "UPDATE tellers SET tbalance = tbalance + %d WHERE tid = %d".formatted(delta, tid));
    change(
        statement,
        "UPDATE branches SET bbalance = bbalance + %d WHERE bid = %d".formatted(delta, bid));
    change(
        statement, "INSERT INTO history VALUES (%d, %d, %d, %d)".formatted(tid, bid, aid, delta));
    statement.execute("COMMIT");
    updates.incrementAndGet(aid);
    history.incrementAndGet();
  }

  private void change(Statement statement, String sql) throws SQLException {
    int rows = statement.executeUpdate(sql);
    if (rows != 1) {
      clients.wrong("%d rows for %s".formatted(rows, sql));
    }
  }

  private void twoSums(Statement statement, Random random) throws SQLException {
    statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
    String first = checkSums(statement);
    String second = checkSums(statement);
    statement.execute("COMMIT");
    if (!first.equals(second)) {
      clients.wrong("first %s and then %s in one view".formatted(first, second));
    }
  }

  /** Every transaction changes all four by the same. */
  private String checkSums(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            """
            SELECT (SELECT sum(abalance) FROM accounts), (SELECT sum(tbalance) FROM tellers),
              (SELECT sum(bbalance) FROM branches), (SELECT coalesce(sum(delta), 0) FROM history),
              (SELECT count(*) FROM accounts)
            """)) {
      row.next();
      long sum = row.getLong(1);
      if (row.getLong(2) != sum
          || row.getLong(3) != sum
          || row.getLong(4) != sum
          || row.getLong(5) != accounts) {
        clients.wrong(
            "sums %d, %d, %d, %d over %d accounts"
                .formatted(sum, row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)));
      }
      return sum + " " + row.getLong(5);
    }
  }

  private void copy(Statement statement, Random random) throws SQLException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < COPIED_ROWS; i++) {
      rows.append(random.nextLong()).append("\tnote ").append(i).append('\n');
    }
    byte[] bytes = rows.toString().getBytes(StandardCharsets.US_ASCII);
    CopyIn copying =
        statement
            .getConnection()
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY arrivals FROM STDIN");
    copying.writeToCopy(bytes, 0, bytes.length);
    copied.addAndGet(copying.endCopy());
  }

  private void rate(Statement statement, Random random) throws SQLException {
    int id = 1 + random.nextInt(RATES);
    change(statement, "UPDATE rates SET n = n + 1 WHERE id = " + id);
    rates.incrementAndGet(id);
  }

  /** Of these, one table each, there are always as many. */
  private void countEverything(Statement statement, Random random) throws SQLException {
    checkCount(statement, "accounts", accounts);
    checkCount(statement, "tellers", TELLERS);
    checkCount(statement, "branches", BRANCHES);
    checkCount(statement, "rates", RATES);
  }

  /** Stops the clients; what is wrong with the answers they got and the rows they have left. */
  List<String> stop() throws SQLException {
    clients.stop();
    try (Connection connection = drover.connect();
        Statement statement = connection.createStatement()) {
      checkSums(statement);
      checkCounters(statement, "SELECT aid, n FROM accounts", updates);
      checkCounters(statement, "SELECT id, n FROM rates", rates);
      checkCount(statement, "history", history.get());
      checkCount(statement, "arrivals", copied.get());
    }
    return clients.wrong();
  }

  private void checkCounters(Statement statement, String sql, AtomicLongArray counted)
      throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        if (row.getLong(2) != counted.get(row.getInt(1))) {
          clients.wrong(
              "%s: row %d has %d instead of %d"
                  .formatted(sql, row.getInt(1), row.getLong(2), counted.get(row.getInt(1))));
        }
      }
    }
  }

  private void checkCount(Statement statement, String table, long counted) throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
      row.next();
      if (row.getLong(1) != counted) {
        clients.wrong("%s has %d rows instead of %d".formatted(table, row.getLong(1), counted));
      }
    }
  }

  /** How often each error was met. */
  Map<String, AtomicLong> errors() {
    return clients.errors();
  }

  long historyRows() {
    return history.get();
  }

  @Override
  public String toString() {
    return clients.toString();
  }
}
