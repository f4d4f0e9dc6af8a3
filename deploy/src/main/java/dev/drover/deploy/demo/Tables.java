package dev.drover.deploy.demo;

import dev.drover.deploy.cluster.NodePort;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The chapters about nodes, tables, loading, and where the rows are. */
final class Tables {
  private final DemoCluster cluster;
  private final Database database;
  private final Screen screen;
  private final Shop shop;

  Tables(DemoCluster cluster, Database database, Screen screen, Shop shop) {
    this.cluster = cluster;
    this.database = database;
    this.screen = screen;
    this.shop = shop;
  }

  void show() throws SQLException {
    nodes();
    create();
    load();
    places();
  }

  private void nodes() throws SQLException {
    screen.chapter("A herd of PostgreSQL servers");
    screen.say(
        """
        %d datanodes of stock PostgreSQL %s hold the rows, one more holds the schema. To a client they
        are one database: psql, drivers and ORMs connect to the coordinator on port %d.
        """
            .formatted(cluster.datanodes().size(), cluster.serverVersion(), cluster.port()));
    show("SELECT node_name, node_port FROM pgxc_node ORDER BY node_name");
  }

  private void create() throws SQLException {
    screen.chapter("Tables that know where their rows belong");
    for (String table : Shop.TABLES) {
      database.run("DROP TABLE IF EXISTS " + table);
    }
    screen.say("Customers are spread by a hash of their id.");
    create(Shop.CREATE_CUSTOMERS);
    screen.say(
        """
        Orders are spread by their customer, so each order lies on the node of its customer, and
        that node's PostgreSQL checks the foreign key by itself.
        """);
    create(Shop.CREATE_ORDERS);
    screen.say("Small tables that everybody joins with are whole on every node.");
    create(Shop.CREATE_COUNTRIES);
    create(Shop.CREATE_PRODUCTS);
    screen.say("Rows that nobody looks up by a key go to the nodes in turn, many at a time.");
    create(Shop.CREATE_EVENTS);
    show("SELECT table_name, distribution, nodes FROM drover.tables ORDER BY table_name");
  }

  private void create(String sql) throws SQLException {
    screen.sql(sql.strip() + ";");
    Duration time = timed(() -> database.run(sql));
    screen.time(time);
  }

  private void load() throws SQLException {
    screen.chapter("%s rows by COPY".formatted(Screen.grouped(shop.rows())));
    screen.say(
        """
        COPY goes through the coordinator, which finds each row's node from the bytes of its key and
        passes the row on as it came.
        """);
    Loader loader = new Loader(database.connection(), screen);
    Duration total = Duration.ZERO;
    for (RowSource source : shop.sources()) {
      Duration time = loader.load(source);
      total = total.plus(time);
      screen.line(
          "%-10s %9s rows in %s"
              .formatted(
                  source.table(), Screen.grouped(source.count()), Screen.milliseconds(time)));
      long count = database.number("SELECT count(*) FROM " + source.table());
      screen.checkEqual("every row of " + source.table() + " is there", source.count(), count);
    }
    screen.note(
        "%s rows per second"
            .formatted(Screen.grouped((long) (shop.rows() / (total.toNanos() / 1e9)))));
    analyze();
  }

  private void analyze() throws SQLException {
    for (String table : Shop.TABLES) {
      database.run("ANALYZE " + table);
    }
  }

  private void places() throws SQLException {
    screen.chapter("Where the rows are");
    screen.say(
        """
        A table by HASH is cut into 32 slots; tables by equal keys share the map from slots to nodes.
        """);
    show(
        """
        SELECT node, count(*) AS slots, min(leaf) AS for_example
        FROM drover.shards WHERE table_name = 'orders' GROUP BY node ORDER BY node
        """);
    screen.say("What each PostgreSQL says when it is asked by itself, past the coordinator:");
    List<List<String>> rows = new ArrayList<>();
    for (RowSource source : shop.sources()) {
      rows.add(counts(source));
    }
    List<String> columns = new ArrayList<>(List.of("table"));
    cluster.datanodes().forEach(node -> columns.add(node.name()));
    List<Boolean> right = columns.stream().map(c -> !c.equals("table")).toList();
    screen.table(new TextTable(columns, right, rows));
    checkPlaces(rows);
  }

  private List<String> counts(RowSource source) throws SQLException {
    List<String> row = new ArrayList<>(List.of(source.table()));
    for (NodePort node : cluster.datanodes()) {
      try (Connection connection = cluster.connectTo(node)) {
        long count = new Database(connection).number("SELECT count(*) FROM " + source.table());
        row.add(Long.toString(count));
      }
    }
    return row;
  }

  private void checkPlaces(List<List<String>> rows) {
    for (int i = 0; i < rows.size(); i++) {
      RowSource source = shop.sources().get(i);
      List<Long> counts = rows.get(i).stream().skip(1).map(Long::parseLong).toList();
      long sum = counts.stream().mapToLong(Long::longValue).sum();
      boolean isReplicated =
          source.table().equals("countries") || source.table().equals("products");
      String what =
          isReplicated ? "%s is whole on every node" : "each row of %s is on exactly one node";
      boolean holds =
          isReplicated ? counts.stream().allMatch(c -> c == source.count()) : sum == source.count();
      screen.check(
          what.formatted(source.table()),
          holds,
          counts.stream().map(Screen::grouped).collect(Collectors.joining(" + ")));
    }
  }

  private void show(String sql) throws SQLException {
    screen.sql(sql.strip() + ";");
    Database.Answer answer = database.query(sql);
    screen.table(answer.table());
    screen.time(answer.time());
  }

  /** Something that the database is told to do. */
  @FunctionalInterface
  private interface Command {
    void run() throws SQLException;
  }

  private static Duration timed(Command command) throws SQLException {
    long begin = System.nanoTime();
    command.run();
    return Duration.ofNanos(System.nanoTime() - begin);
  }
}
