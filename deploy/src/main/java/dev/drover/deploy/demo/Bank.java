package dev.drover.deploy.demo;

import java.sql.SQLException;

/** The tables of the bank. */
record Bank(DemoCluster cluster, int tellers) {
  static final int ACCOUNTS = 1_000;
  static final long OPENING_BALANCE = 1_000;

  /** Every so many transfers a teller counts in the replicated table. */
  static final int COUNTED = 10;

  static final String JOURNAL =
      "INSERT INTO transfers (id, payer, payee, amount) VALUES (?, ?, ?, ?)";
  static final String UPDATE = "UPDATE accounts SET balance = balance + ? WHERE id = ?";
  static final String COUNT = "UPDATE tellers SET counted = counted + 1 WHERE id = ?";
  static final String EXAMPLE =
      """
      BEGIN;
      INSERT INTO transfers (id, payer, payee, amount) VALUES (1, 17, 4, 25);
      UPDATE accounts SET balance = balance - 25 WHERE id = 17;
      UPDATE accounts SET balance = balance + 25 WHERE id = 4;
      COMMIT;
      """;

  void open(Database database) throws SQLException {
    for (String table : new String[] {"accounts", "transfers", "tellers"}) {
      database.run("DROP TABLE IF EXISTS " + table);
    }
    database.run(
        "CREATE TABLE accounts (id bigint PRIMARY KEY, balance bigint NOT NULL)"
            + " DISTRIBUTE BY HASH (id)");
    database.run(
        "CREATE TABLE transfers (id bigint PRIMARY KEY, payer bigint NOT NULL,"
            + " payee bigint NOT NULL, amount bigint NOT NULL) DISTRIBUTE BY HASH (id)");
    database.run(
        "CREATE TABLE tellers (id integer PRIMARY KEY, counted bigint NOT NULL)"
            + " DISTRIBUTE BY REPLICATION");
    database.run(
        "INSERT INTO accounts SELECT i, %d FROM generate_series(1, %d) i"
            .formatted(OPENING_BALANCE, ACCOUNTS));
    for (int teller = 0; teller < tellers; teller++) {
      database.run("INSERT INTO tellers VALUES (%d, 0)".formatted(teller));
    }
  }
}
