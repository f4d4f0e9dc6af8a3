package dev.drover.deploy.demo;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;

/** The chapter about queries: what they answer, how long it takes, and which nodes work. */
final class Questions {
  private static final int LOOKUPS = 5_000;

  private final Database database;
  private final Screen screen;
  private final Shop shop;

  Questions(Database database, Screen screen, Shop shop) {
    this.database = database;
    this.screen = screen;
    this.shop = shop;
  }

  void show() throws SQLException {
    screen.chapter("Questions");
    oneCustomer();
    lookups();
    colocatedJoin();
    replicatedJoin();
    sorted();
    roundRobin();
  }

  private void oneCustomer() throws SQLException {
    long customer = shop.someCustomer();
    screen.say("One key, one node: the statement goes where the row is, as it was typed.");
    TextTable found = ask("SELECT * FROM customers WHERE id = " + customer);
    screen.checkEqual("the customer is found", 1, found.rows().size());
    screen.say("The customer's orders lie on the same node, which answers the join alone.");
    TextTable joined =
        ask(
            """
            SELECT c.name, count(*) AS orders, sum(o.pieces * p.price) AS spent
            FROM customers c
              JOIN orders o ON o.customer_id = c.id
              JOIN products p ON p.id = o.product_id
            WHERE c.id = %d GROUP BY c.name
            """
                .formatted(customer));
    screen.checkEqual(
        "all of the customer's orders are counted",
        Long.toString(shop.ordersOf(customer)),
        joined.cell(0, 1));
  }

  private void lookups() throws SQLException {
    screen.say("The same again and again, prepared, one after the other, by this one client:");
    long[] nanos = new long[LOOKUPS];
    int found = 0;
    String sql = "SELECT name FROM customers WHERE id = ?";
    try (PreparedStatement statement = database.connection().prepareStatement(sql)) {
      for (int i = 0; i < LOOKUPS; i++) {
        long begin = System.nanoTime();
        statement.setLong(1, 1 + i * 7L % shop.customers());
        try (ResultSet result = statement.executeQuery()) {
          found += result.next() ? 1 : 0;
        }
        nanos[i] = System.nanoTime() - begin;
      }
    }
    Arrays.sort(nanos);
    screen.line(
        "%s lookups, median %s, 99 of 100 within %s"
            .formatted(
                Screen.grouped(LOOKUPS),
                Screen.milliseconds(Duration.ofNanos(nanos[LOOKUPS / 2])),
                Screen.milliseconds(Duration.ofNanos(nanos[LOOKUPS * 99 / 100]))));
    screen.checkEqual("every lookup finds its row", LOOKUPS, found);
  }

  private void colocatedJoin() throws SQLException {
    screen.say(
        """
        All customers with all orders: rows that match lie together, so each node joins its own and no
        row travels. The nodes' partial counts and sums are added up.
        """);
    TextTable table =
        ask(
            """
            SELECT c.country, count(*) AS orders, sum(o.pieces) AS pieces
            FROM customers c JOIN orders o ON o.customer_id = c.id
            GROUP BY c.country ORDER BY orders DESC LIMIT 5
            """);
    screen.checkEqual("five countries are listed", 5, table.rows().size());
    long joined =
        database.number("SELECT count(*) FROM customers c JOIN orders o ON o.customer_id = c.id");
    screen.checkEqual("the join has every order once", shop.orders(), joined);
  }

  private void replicatedJoin() throws SQLException {
    screen.say("With replicated tables every node joins by itself, whatever the columns.");
    TextTable table =
        ask(
            """
            SELECT sum(o.pieces * p.price) AS revenue
            FROM orders o JOIN products p ON p.id = o.product_id
            """);
    BigDecimal expected = BigDecimal.valueOf(shop.revenueCents(), 2);
    screen.checkEqual("the revenue is right to the cent", expected.toString(), table.cell(0, 0));
  }

  private void sorted() throws SQLException {
    screen.say("Sorted results of the nodes are merged; LIMIT goes to the nodes too.");
    TextTable table = ask("SELECT id, customer_id, pieces FROM orders ORDER BY id DESC LIMIT 3");
    screen.checkEqual("the last order comes first", Long.toString(shop.orders()), table.cell(0, 0));
  }

  private void roundRobin() throws SQLException {
    screen.say("Round robin: every node counts its part.");
    TextTable table = ask("SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind");
    long sum = table.rows().stream().mapToLong(row -> Long.parseLong(row.get(1))).sum();
    screen.checkEqual("the kinds of events add up", shop.events(), sum);
  }

  private TextTable ask(String sql) throws SQLException {
    screen.sql(sql.strip() + ";");
    Database.Answer answer = database.query(sql);
    screen.table(answer.table());
    screen.time(answer.time());
    database.route(sql).forEach(screen::note);
    return answer.table();
  }
}
