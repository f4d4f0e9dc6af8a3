package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Money moved between accounts on several nodes, with a ledger to check it by.
 *
 * <p>Every transfer takes from one account, gives to another, and writes a row of the ledger and
 * one of a replicated table, in one transaction; now and then somebody changes many rows of the
 * replicated table. Whatever breaks meanwhile, afterwards the sum of the balances is unchanged, the
 * ledger explains every balance, and it holds each transfer that was acknowledged and none that was
 * refused.
 */
final class Bank {
  static final int ACCOUNTS = 48;
  static final long OPENING_BALANCE = 1000;

  private final Endpoint endpoint;

  private Bank(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  static Bank create(Endpoint endpoint) throws SQLException {
    Bank bank = new Bank(endpoint);
    bank.execute("DROP TABLE IF EXISTS bank_accounts, bank_ledger, bank_audit");
    bank.create("bank_accounts (id int PRIMARY KEY, balance bigint NOT NULL)", "HASH (id)");
    bank.create(
        "bank_ledger (id bigint PRIMARY KEY, source int, target int, amount bigint)", "HASH (id)");
    bank.create(
        "bank_audit (id bigint PRIMARY KEY, amount bigint, visits int NOT NULL DEFAULT 0)",
        "REPLICATION");
    bank.execute(
        "INSERT INTO bank_accounts SELECT g, %d FROM generate_series(1, %d) g"
            .formatted(OPENING_BALANCE, ACCOUNTS));
    return bank;
  }

  /** Lets tellers work at these servers until told to stop, and says what they were told. */
  static Outcomes work(List<Endpoint> servers, int tellers, BooleanSupplier goesOn) {
    return work(servers, tellers, goesOn, () -> "");
  }

  /** {@code situation} is asked when a client hangs. */
  static Outcomes work(
      List<Endpoint> servers, int tellers, BooleanSupplier goesOn, Supplier<String> situation) {
    return Crowd.run(
            tellers,
            number -> {
              Endpoint server = servers.get(number % servers.size());
              return () -> new Teller(server, number, situation).work(goesOn);
            })
        .stream()
        .reduce(Outcomes.none(), Outcomes::plus);
  }

  /** What must hold when all is quiet again. */
  void verify(Outcomes outcomes) throws SQLException {
    assertThat(number("SELECT sum(balance) FROM bank_accounts"))
        .isEqualTo(ACCOUNTS * OPENING_BALANCE);
    Set<Long> ledger = ids("SELECT id FROM bank_ledger");
    assertThat(ledger).as("acknowledged transfers").containsAll(outcomes.acknowledged());
    assertThat(ledger).filteredOn(outcomes.refused()::contains).as("refused transfers").isEmpty();
    assertThat(outcomes.explains(ledger)).as("every transfer was asked for").isTrue();
    assertThat(ids("SELECT id FROM bank_audit")).isEqualTo(ledger);
    verifyReplicas(ledger.size());
    verifyBalances();
  }

  /** Asks the servers themselves: all copies of the replicated table are the same. */
  static void verifyCopies(List<Endpoint> datanodes) throws SQLException {
    Set<String> copies = new HashSet<>();
    for (Endpoint datanode : datanodes) {
      try (Connection connection = datanode.connect();
          Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "SELECT count(*), md5(string_agg(a::text, ' ' ORDER BY id)) FROM bank_audit a")) {
        rows.next();
        copies.add(rows.getString(1) + " rows, " + rows.getString(2));
      }
    }
    assertThat(copies).as("copies of the replicated table").hasSize(1);
  }

  void drop() throws SQLException {
    execute("DROP TABLE bank_accounts, bank_ledger, bank_audit");
  }

  /** Each node joins its own accounts with its own copy of the replicated table. */
  private void verifyReplicas(long rows) throws SQLException {
    assertThat(number("SELECT count(*) FROM bank_accounts CROSS JOIN bank_audit"))
        .isEqualTo(ACCOUNTS * rows);
    assertThat(number("SELECT coalesce(sum(amount), 0) FROM bank_accounts CROSS JOIN bank_audit"))
        .isEqualTo(ACCOUNTS * number("SELECT coalesce(sum(amount), 0) FROM bank_ledger"));
  }

  private void verifyBalances() throws SQLException {
    long[] expected = new long[ACCOUNTS + 1];
    try (Connection connection = endpoint.connect();
        Statement statement = connection.createStatement()) {
      try (ResultSet rows =
          statement.executeQuery("SELECT source, target, amount FROM bank_ledger")) {
        while (rows.next()) {
          expected[rows.getInt(1)] -= rows.getLong(3);
          expected[rows.getInt(2)] += rows.getLong(3);
        }
      }
      try (ResultSet rows = statement.executeQuery("SELECT id, balance FROM bank_accounts")) {
        while (rows.next()) {
          assertThat(rows.getLong(2))
              .as("balance of account %d", rows.getInt(1))
              .isEqualTo(OPENING_BALANCE + expected[rows.getInt(1)]);
        }
      }
    }
  }

  private void create(String table, String distribution) throws SQLException {
    String by = endpoint.isDrover() ? " DISTRIBUTE BY " + distribution : "";
    execute("CREATE TABLE " + table + by);
  }

  private void execute(String sql) throws SQLException {
    endpoint.run(sql);
  }

  private long number(String sql) throws SQLException {
    try (Connection connection = endpoint.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private Set<Long> ids(String sql) throws SQLException {
    Set<Long> ids = new HashSet<>();
    try (Connection connection = endpoint.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        assertThat(ids.add(rows.getLong(1))).as("only once").isTrue();
      }
    }
    return ids;
  }
}
