package dev.drover.tests.moves;

import static java.util.stream.Collectors.joining;

import dev.drover.tests.Endpoint;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Light traffic while members of the cluster die: each transaction adds one to an account and
 * writes an entry with a number of its own. Whatever becomes of a transaction whose client was cut
 * off, an account always has as many entries as it counts, no entry is there twice, and none is
 * missing that was acknowledged.
 *
 * <p>Where tables are spread, an account has notes too, in a table without a key: each says what
 * the account counts, every other one with a digit more. Of four transactions in a row, three add
 * one, and the last one takes all of them away for a single one.
 */
final class Ledger implements AutoCloseable {
  private static final int ACCOUNTS = 150;
  private static final int PACE_MILLIS = 15;

  /** What each account that counts {@code n} must have in its notes. */
  private static final String NOTES =
      """
      SELECT a.id, a.n, string_agg(b.note::text, ' ' ORDER BY b.note::text) FROM moved.accounts a
      LEFT JOIN moved.notes b ON b.account = a.id GROUP BY a.id, a.n
      """;

  private static final int MOST_NOTES = 4;

  /** Longer than a transaction in doubt keeps its locks. */
  private static final String HANGS_SECONDS = "40";

  private final AtomicInteger next = new AtomicInteger();
  private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<String> unforgiven = new ConcurrentLinkedQueue<>();
  private final ScheduledExecutorService clock;
  private final boolean hasNotes;
  private volatile List<Integer> favourites = List.of();

  private Ledger(int clients, boolean hasNotes) {
    this.hasNotes = hasNotes;
    this.clock = Executors.newScheduledThreadPool(clients);
  }

  /** Makes the tables, spread by account, and begins: one client at each coordinator. */
  static Ledger open(List<Endpoint> coordinators) throws SQLException {
    coordinators
        .getFirst()
        .run(
            """
            CREATE SCHEMA moved;
            CREATE TABLE moved.notes (account int, note numeric) DISTRIBUTE BY HASH (account);
            INSERT INTO moved.notes SELECT g, 0 FROM generate_series(1, %d) g
            """
                .formatted(ACCOUNTS));
    return open(coordinators, "HASH (id)", "HASH (account)", true);
  }

  /** The same with a copy of everything on each node. */
  static Ledger openReplicated(List<Endpoint> coordinators) throws SQLException {
    return open(coordinators, "REPLICATION", "REPLICATION", false);
  }

  private static Ledger open(
      List<Endpoint> coordinators, String accountsBy, String entriesBy, boolean hasNotes)
      throws SQLException {
    try (Connection connection = coordinators.getFirst().connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA IF NOT EXISTS moved");
      statement.execute(
          """
          CREATE TABLE moved.accounts (id int PRIMARY KEY, n int NOT NULL) DISTRIBUTE BY %s;
          CREATE TABLE moved.entries (account int REFERENCES moved.accounts, entry int,
            PRIMARY KEY (account, entry)) DISTRIBUTE BY %s;
          INSERT INTO moved.accounts SELECT g, 0 FROM generate_series(1, %d) g
          """
              .formatted(accountsBy, entriesBy, ACCOUNTS));
    }
    Ledger ledger = new Ledger(coordinators.size(), hasNotes);
    for (Endpoint coordinator : coordinators) {
      Writer writer = ledger.new Writer(coordinator);
      var _ =
          ledger.clock.scheduleWithFixedDelay(writer::write, 0, PACE_MILLIS, TimeUnit.MILLISECONDS);
    }
    return ledger;
  }

  /** From now on every other transaction is of one of these accounts. */
  void favour(List<Integer> accounts) {
    favourites = List.copyOf(accounts);
  }

  /** Connects again when it was cut off. */
  private final class Writer {
    private final Endpoint coordinator;
    private final Random random;
    private Optional<Connection> connection = Optional.empty();

    Writer(Endpoint coordinator) {
      this.coordinator = coordinator;
      this.random = new Random(coordinator.port());
    }

    void write() {
      int entry = next.incrementAndGet();
      try {
        book(connected(), account(), entry);
        acknowledged.add(entry);
      } catch (SQLException e) {
        forgive(e);
        cut();
      }
    }

    private int account() {
      List<Integer> some = favourites;
      return some.isEmpty() || random.nextBoolean()
          ? 1 + random.nextInt(ACCOUNTS)
          : some.get(random.nextInt(some.size()));
    }

    private Connection connected() throws SQLException {
      if (connection.isEmpty()) {
        Connection made = coordinator.connect(patience());
        made.setAutoCommit(false);
        connection = Optional.of(made);
      }
      return connection.get();
    }

    private void cut() {
      try (Connection _ = connection.orElse(null)) {
        connection = Optional.empty();
      } catch (SQLException e) {
        connection = Optional.empty();
      }
    }
  }

  private void book(Connection connection, int account, int entry) throws SQLException {
    try (PreparedStatement update =
            connection.prepareStatement(
                "UPDATE moved.accounts SET n = n + 1 WHERE id = ? RETURNING n");
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO moved.entries VALUES (?, ?)")) {
      update.setInt(1, account);
      int count = count(update, account);
      if (hasNotes) {
        note(connection, account, count);
      }
      insert.setInt(1, account);
      insert.setInt(2, entry);
      insert.executeUpdate();
    }
    connection.commit();
  }

  private static int count(PreparedStatement update, int account) throws SQLException {
    try (ResultSet row = update.executeQuery()) {
      if (!row.next()) {
        throw new SQLException("account " + account + " was not found", "P0002");
      }
      return row.getInt(1);
    }
  }

  private static void note(Connection connection, int account, int count) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      String ofAccount = " WHERE account = " + account;
      statement.execute("UPDATE moved.notes SET note = note + 1" + ofAccount);
      if (count % MOST_NOTES == 0) {
        statement.execute("DELETE FROM moved.notes" + ofAccount);
      }
      statement.execute(
          "INSERT INTO moved.notes VALUES (%d, %s)"
              .formatted(account, note(count, count % MOST_NOTES)));
    }
  }

  private static String note(int count, int place) {
    return place % 2 == 0 ? "" + count : count + ".0";
  }

  /** All of them, in the order of their texts. */
  private static String notes(int count) {
    return IntStream.rangeClosed(0, count % MOST_NOTES)
        .mapToObj(place -> note(count, place))
        .sorted()
        .collect(joining(" "));
  }

  private static Properties patience() {
    Properties settings = new Properties();
    settings.setProperty("socketTimeout", HANGS_SECONDS);
    return settings;
  }

  /** What a dead member or a move explains. */
  private void forgive(SQLException e) {
    String state = Optional.ofNullable(e.getSQLState()).orElse("08");
    boolean isExplained =
        state.startsWith("08") || state.startsWith("57P") || state.startsWith("40");
    if (!isExplained || e.getCause() instanceof SocketTimeoutException) {
      unforgiven.add(state + " " + e.getMessage());
    }
  }

  /**
   * What is wrong with the books now, as each coordinator sees them: all have to be there again.
   */
  List<String> wrong(List<Endpoint> coordinators) throws SQLException {
    List<String> wrong = new ArrayList<>();
    for (Endpoint coordinator : coordinators) {
      wrong.addAll(wrong(coordinator));
    }
    return wrong;
  }

  private List<String> wrong(Endpoint coordinator) throws SQLException {
    List<String> wrong = new ArrayList<>(unforgiven);
    Set<Integer> expected = new HashSet<>(acknowledged);
    try (Connection connection = coordinator.connect(patience());
        Statement statement = connection.createStatement()) {
      checkCounts(statement, wrong);
      checkEntries(statement, expected, wrong);
      if (hasNotes) {
        checkNotes(statement, wrong);
      }
    }
    return wrong;
  }

  private static void checkNotes(Statement statement, List<String> wrong) throws SQLException {
    try (ResultSet row = statement.executeQuery(NOTES)) {
      while (row.next()) {
        String expected = notes(row.getInt(2));
        if (!expected.equals(row.getString(3))) {
          wrong.add(
              "account %d has the notes %s instead of %s"
                  .formatted(row.getInt(1), row.getString(3), expected));
        }
      }
    }
  }

  private static void checkCounts(Statement statement, List<String> wrong) throws SQLException {
    int accounts = 0;
    try (ResultSet row =
        statement.executeQuery(
            """
            SELECT a.id, a.n, count(e.entry) FROM moved.accounts a
            LEFT JOIN moved.entries e ON e.account = a.id GROUP BY a.id, a.n
            """)) {
      for (; row.next(); accounts++) {
        if (row.getInt(2) != row.getInt(3)) {
          wrong.add(
              "account %d counts %d and has %d entries"
                  .formatted(row.getInt(1), row.getInt(2), row.getInt(3)));
        }
      }
    }
    if (accounts != ACCOUNTS) {
      wrong.add(accounts + " accounts");
    }
  }

  private static void checkEntries(Statement statement, Set<Integer> expected, List<String> wrong)
      throws SQLException {
    Set<Integer> found = new HashSet<>();
    try (ResultSet row = statement.executeQuery("SELECT entry FROM moved.entries")) {
      while (row.next()) {
        if (!found.add(row.getInt(1))) {
          wrong.add("entry %d is there twice".formatted(row.getInt(1)));
        }
      }
    }
    expected.removeAll(found);
    expected.forEach(entry -> wrong.add("entry %d is lost".formatted(entry)));
  }

  int acknowledged() {
    return acknowledged.size();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
