package dev.drover.deploy.demo;

import dev.drover.deploy.cluster.NodePort;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Whether the bank's books are in order. */
final class Audit {
  private static final long RESOLVED_WITHIN_SECONDS = 15;
  private static final long POLL_MILLIS = 100;

  private final DemoCluster cluster;
  private final Database database;
  private final Screen screen;

  Audit(DemoCluster cluster, Database database, Screen screen) {
    this.cluster = cluster;
    this.database = database;
    this.screen = screen;
  }

  void check(Counters counters) throws SQLException {
    screen.say(
        "%s transfers are done. The errors that clients met on the way, all tried again:"
            .formatted(Screen.grouped(counters.committed())));
    counters
        .failures()
        .forEach(
            (state, failure) ->
                screen.note(
                    "%6d x %s %s"
                        .formatted(
                            failure.count(),
                            state,
                            failure.example().lines().findFirst().orElse(""))));
    screen.checkEqual("no transaction is left in doubt", 0L, leftInDoubt());
    screen.sql("SELECT sum(balance) FROM accounts;");
    screen.checkEqual(
        "no money was lost or made",
        Bank.ACCOUNTS * Bank.OPENING_BALANCE,
        database.number("SELECT sum(balance) FROM accounts"));
    screen.checkEqual(
        "each transfer that a client took for done is in the journal, once",
        counters.committed(),
        database.number("SELECT count(*) FROM transfers"));
    screen.checkEqual("every balance is what the journal says", 0L, wrongBalances());
    screen.checkEqual(
        "the replicated table has counted each tenth",
        database.number(
            "SELECT count(*) FROM transfers WHERE id %% %d = 0".formatted(Bank.COUNTED)),
        database.number("SELECT sum(counted) FROM tellers"));
    checkReplicas();
  }

  /** Prepared transactions on any node; gives the agents some time to finish them. */
  private long leftInDoubt() throws SQLException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(RESOLVED_WITHIN_SECONDS);
    long left = prepared();
    while (left > 0 && System.nanoTime() < deadline) {
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return left;
      }
      left = prepared();
    }
    return left;
  }

  private long prepared() throws SQLException {
    long sum = 0;
    for (NodePort node : cluster.nodes()) {
      try (Connection connection = cluster.connectTo(node)) {
        sum += new Database(connection).number("SELECT count(*) FROM pg_prepared_xact()");
      }
    }
    return sum;
  }

  private long wrongBalances() throws SQLException {
    Map<String, Long> balances = new HashMap<>();
    for (List<String> row :
        database.query("SELECT payer, payee, amount FROM transfers").table().rows()) {
      long amount = Long.parseLong(row.get(2));
      balances.merge(row.get(0), -amount, Long::sum);
      balances.merge(row.get(1), amount, Long::sum);
    }
    return database.query("SELECT id, balance FROM accounts").table().rows().stream()
        .filter(
            row ->
                Long.parseLong(row.get(1))
                    != Bank.OPENING_BALANCE + balances.getOrDefault(row.get(0), 0L))
        .count();
  }

  private void checkReplicas() throws SQLException {
    Set<String> contents = new LinkedHashSet<>();
    for (NodePort node : cluster.datanodes()) {
      try (Connection connection = cluster.connectTo(node)) {
        String sql = "SELECT string_agg(id || ':' || counted, ' ' ORDER BY id) FROM tellers";
        contents.add(new Database(connection).query(sql).onlyCell());
      }
    }
    screen.check(
        "the copies of the replicated table are equal",
        contents.size() == 1,
        String.join(" | ", contents));
  }
}
