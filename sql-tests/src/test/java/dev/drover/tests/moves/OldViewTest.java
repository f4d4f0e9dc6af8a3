package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Transactions that keep one view, at each level that does, while rows go to other nodes and
 * change. Who has read the table holds the cutover up and reads the same again; who has nothing
 * that stands in its way reads the rows of its own view afterwards, or is asked to try again.
 */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server moves nothing")
@ExtendWith(EndpointsExtension.class)
class OldViewTest {
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final String CHANGE =
      """
      UPDATE viewed.ledger SET v = 1; INSERT INTO viewed.ledger SELECT g, g, 1 FROM generate_series(65, 99) g;
      DELETE FROM viewed.ledger WHERE a % 7 = 0\
      """;

  private static final String NEARBY = "SELECT count(*) FROM viewed.apart";

  private final Endpoint drover;
  private final List<Endpoint> coordinators;
  private final List<Endpoint> datanodes;
  private final Slots slots;
  private final Jobs jobs;

  OldViewTest(Endpoints endpoints) {
    drover = endpoints.drover();
    coordinators = List.of(endpoints.drover(), endpoints.secondCoordinator());
    datanodes = endpoints.datanodes();
    slots = new Slots(drover, endpoints.servers());
    jobs = new Jobs(drover);
  }

  /** What brings rows to other nodes. */
  enum Kind {
    MOVE(""),
    HASH("ALTER TABLE viewed.ledger DISTRIBUTE BY HASH (b) CONCURRENTLY"),
    REPLICATION("ALTER TABLE viewed.ledger DISTRIBUTE BY REPLICATION CONCURRENTLY");

    private final String statement;

    Kind(String statement) {
      this.statement = statement;
    }
  }

  @BeforeEach
  void makeTables() throws SQLException {
    drover.run("CREATE SCHEMA viewed");
    drover.run(
        """
        CREATE TABLE viewed.ledger (a int, b int, v int, PRIMARY KEY (a, b)) DISTRIBUTE BY HASH (a);
        CREATE TABLE viewed.apart (a int PRIMARY KEY) DISTRIBUTE BY REPLICATION;
        CREATE VIEW viewed.summed AS SELECT count(*) AS n, sum(v) AS v FROM viewed.ledger;
        INSERT INTO viewed.ledger SELECT g, g, 0 FROM generate_series(1, 64) g;
        INSERT INTO viewed.apart SELECT generate_series(1, 10)
        """);
  }

  @AfterEach
  void dropTables() throws SQLException {
    jobs.endAll();
    drover.run("DROP SCHEMA IF EXISTS viewed CASCADE");
  }

  @ParameterizedTest
  @EnumSource
  void aViewFromBeforeTheCutoverIsKeptOrLost(Kind kind) throws SQLException {
    List<OldView> readers = new ArrayList<>();
    List<OldView> others = new ArrayList<>();
    int slot = slotOfRow(1);
    int job = startThrottled(kind, slot);
    try {
      for (int level :
          new int[] {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE}) {
        Endpoint coordinator = coordinators.get(readers.size() % coordinators.size());
        readers.add(OldView.begin(coordinator, level, "SELECT sum(v) FROM viewed.ledger"));
        others.add(OldView.begin(coordinator, level, NEARBY));
        others.add(OldView.begin(coordinator, level, NEARBY, "TABLE viewed.ledger"));
        (kind == Kind.MOVE ? others : readers)
            .add(
                OldView.begin(
                    coordinator,
                    level,
                    "SELECT v FROM viewed.ledger WHERE a = " + bystander(slot)));
      }
      drover.run(CHANGE);
      jobs.throttle(job, 0);
      Patience.await(LIMIT, () -> attempts(job) > 0, true);
      for (OldView reader : readers) {
        assertThat(reader.differences()).as("holds %s up: %s", kind, reader).isEmpty();
        assertThat(reader.refusals()).as("%s is not over: %s", kind, reader).isEmpty();
      }
      readers.forEach(OldView::close);
      readers.clear();
      slots.awaitJob(job);
      for (OldView other : others) {
        assertThat(other.differences()).as("older than %s: %s", kind, other).isEmpty();
      }
    } finally {
      readers.forEach(OldView::close);
      others.forEach(OldView::close);
    }
    assertThat(Slots.ask(drover, "SELECT n || ' ' || v FROM viewed.summed")).isEqualTo("85 85");
  }

  /** A table may have the name of anything, or one that is a part of everything. */
  @Test
  void whoNamesNoTableThatHasMovedGoesOn() throws SQLException {
    drover.run("CREATE TABLE viewed.t (a int PRIMARY KEY) DISTRIBUTE BY HASH (a)");
    try (Connection reader = drover.connect();
        Statement statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      statement.execute(NEARBY);
      slots.move(slots.group("viewed.t"), 0);
      statement.execute("SAVEPOINT start");
      statement.execute("SAVEPOINT t");
      statement.execute(NEARBY + " WHERE 't' <> $$viewed.t$$ -- viewed.t");
      assertThatThrownBy(() -> statement.execute("TABLE viewed.t"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
      statement.execute("ROLLBACK TO t");
      statement.execute("RELEASE t");
      statement.execute(NEARBY);
      reader.commit();
    }
  }

  /** Its locks of the beginning are over, and the first chunk of rows passes in a day. */
  private int startThrottled(Kind kind, int slot) throws SQLException {
    int job;
    try (Obstacle _ = new Obstacle(datanodes)) {
      job = start(kind, slot);
      jobs.throttle(job, 1);
    }
    jobs.awaitPhase(job, "copy");
    return job;
  }

  private int start(Kind kind, int slot) throws SQLException {
    if (kind == Kind.MOVE) {
      int group = slots.group("viewed.ledger");
      return slots.start(group, slot, slots.otherThan(slots.owner(group, slot)));
    }
    return jobs.start(kind.statement);
  }

  private int attempts(int job) throws SQLException {
    return Integer.parseInt(
        Slots.ask(
            slots.catalog(),
            """
            SELECT coalesce(sum(attempts), 0) FROM (SELECT job, attempts FROM drover.move
              UNION ALL SELECT job, attempts FROM drover.rewrite) x WHERE job = %d
            """
                .formatted(job)));
  }

  private int slotOfRow(int a) throws SQLException {
    for (Endpoint node : datanodes) {
      String leaf = "SELECT tableoid::regclass FROM viewed.ledger WHERE a = " + a;
      String found = Slots.ask(node, leaf);
      if (!found.isEmpty()) {
        return Integer.parseInt(found.replaceAll("\\D*(\\d+).*", "$1"));
      }
    }
    throw new AssertionError("no row " + a);
  }

  /** A row of a node that takes no part in the slot's move. */
  private String bystander(int slot) throws SQLException {
    String source = slots.owner(slots.group("viewed.ledger"), slot);
    String third =
        Slots.ask(
            slots.catalog(),
            "SELECT name FROM drover.nodes WHERE id > 0 AND name NOT IN ('%s', '%s')"
                .formatted(source, slots.otherThan(source)));
    return Slots.ask(slots.node(third), "SELECT min(a) FROM viewed.ledger");
  }
}
