package dev.drover.tests.wire;

import static dev.drover.tests.wire.Frontend.bind;
import static dev.drover.tests.wire.Frontend.closePortal;
import static dev.drover.tests.wire.Frontend.closeStatement;
import static dev.drover.tests.wire.Frontend.describePortal;
import static dev.drover.tests.wire.Frontend.describeStatement;
import static dev.drover.tests.wire.Frontend.execute;
import static dev.drover.tests.wire.Frontend.flush;
import static dev.drover.tests.wire.Frontend.parse;
import static dev.drover.tests.wire.Frontend.query;
import static dev.drover.tests.wire.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parse, Bind, Describe, Execute, Close, Flush and Sync in good and bad order. */
@ExtendWith(EndpointsExtension.class)
class ExtendedQueryTest {
  private static final int INT8 = 20;
  private static final int TEXT = 25;
  private static final String POINT = "SELECT id, v FROM extended WHERE id = $1";
  private static final String ALL = "SELECT id FROM extended ORDER BY id";

  private final BothServers servers;

  ExtendedQueryTest(Endpoints endpoints) {
    servers = new BothServers(endpoints);
  }

  @BeforeEach
  void createTable() {
    servers.execute("CREATE TABLE extended (id int PRIMARY KEY, v text) /*dist: HASH (id)*/");
    servers.execute("INSERT INTO extended SELECT g, 'v' || g FROM generate_series(1, 20) g");
  }

  @AfterEach
  void dropTable() {
    servers.execute("DROP TABLE extended");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "",
        "-- nothing",
        "SELECT 1; SELECT 2",
        "SELEC 1",
        "SELECT nope FROM extended",
        "SELECT * FROM extended WHERE id = 3",
        "SELECT count(*) FROM extended",
        "SELECT 1 / 0",
        "UPDATE extended SET v = 'x' WHERE id = 3",
        "UPDATE extended SET v = 'x'",
        "DELETE FROM extended WHERE id < 5 RETURNING 1",
        "CREATE VIEW extended_made AS SELECT 1 AS a",
        "DROP VIEW IF EXISTS extended_made",
        "BEGIN",
        "COMMIT",
        "SET work_mem = '8MB'",
        "SHOW TimeZone",
        "VALUES (1, 'a')",
        "SELECT $1::int + $2::int",
      })
  void oneStatementWithoutParameters(String sql) {
    servers.agreeOn(
        client ->
            client.exchange(
                1, parse("", sql), bind("", ""), describePortal(""), execute("", 0), sync()));
    servers.execute("DROP VIEW IF EXISTS extended_made");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        POINT,
        "SELECT $1",
        "SELECT $1 || 'x', $2::date",
        "SELECT id FROM extended WHERE v = $2 AND id = $1",
        "SELECT id + $1 FROM extended LIMIT $2",
        "INSERT INTO extended VALUES ($1, $2)",
        "INSERT INTO extended VALUES ($1, $2), ($3, $4) RETURNING *",
        "UPDATE extended SET v = $2 WHERE id = $1 RETURNING v AS changed",
        "SELECT $1 = ANY ($2::int[])",
        "SELECT coalesce($1, id) FROM extended",
        "SELECT $3",
        "SELECT $0",
        "CREATE VIEW v AS SELECT $1",
      })
  void describeTellsTheTypesOfParametersAndColumns(String sql) {
    servers.agreeOn(client -> client.exchange(1, parse("", sql), describeStatement(""), sync()));
  }

  @Test
  void declaredTypesOfParametersAreKept() {
    servers.agreeOn(
        client -> client.exchange(1, parse("", POINT, INT8), describeStatement(""), sync()));
    servers.agreeOn(
        client -> client.exchange(1, parse("", POINT, TEXT), describeStatement(""), sync()));
    servers.agreeOn(
        client ->
            client.exchange(1, parse("", POINT, INT8), bind("", "", "7"), execute("", 0), sync()));
  }

  @Test
  void aNamedStatementLivesUntilItIsClosed() {
    servers.agreeOn(
        client -> {
          List<Message> reply = new ArrayList<>();
          reply.addAll(client.exchange(1, parse("s1", POINT), sync()));
          for (String id : List.of("1", "2", "3", "1", "99")) {
            reply.addAll(client.exchange(1, bind("", "s1", id), execute("", 0), sync()));
          }
          reply.addAll(client.exchange(1, parse("s1", "SELECT 1"), sync()));
          reply.addAll(client.exchange(1, closeStatement("s1"), closeStatement("s1"), sync()));
          reply.addAll(client.exchange(1, bind("", "s1", "1"), sync()));
          return reply;
        });
  }

  @Test
  void theUnnamedStatementIsReplacedAndSurvivesSync() {
    servers.agreeOn(
        client -> {
          List<Message> reply = new ArrayList<>();
          reply.addAll(client.exchange(1, parse("", POINT), sync()));
          reply.addAll(client.exchange(1, bind("", "", "4"), execute("", 0), sync()));
          reply.addAll(client.exchange(1, parse("", "SELECT 'other'"), sync()));
          reply.addAll(client.exchange(1, bind("", ""), execute("", 0), sync()));
          reply.addAll(client.query("SELECT 1"));
          reply.addAll(client.exchange(1, bind("", ""), sync()));
          return reply;
        });
  }

  @Test
  void anErrorSkipsToTheNextSync() {
    List<String> lines =
        servers.agreeOn(
            client ->
                client.exchange(
                    2,
                    parse("", "SELECT nope"),
                    bind("", ""),
                    describePortal(""),
                    execute("", 0),
                    query("SELECT 'skipped'"),
                    sync(),
                    parse("", POINT),
                    bind("", "", "5"),
                    execute("", 0),
                    sync()));
    assertThat(lines).filteredOn(line -> line.startsWith("Error")).hasSize(1);
    assertThat(lines).noneMatch(line -> line.contains("skipped"));
  }

  @Test
  void allBetweenTwoSyncsIsOneTransaction() {
    servers.agreeOn(
        client -> {
          byte[] update = parse("u", "UPDATE extended SET v = $2 WHERE id = $1");
          List<Message> reply =
              client.exchange(
                  1,
                  update,
                  bind("", "u", "1", "lost"),
                  execute("", 0),
                  bind("", "u", "2", "lost"),
                  execute("", 0),
                  bind("", "u", "3", "lost"),
                  execute("", 0),
                  parse("", "SELECT 1 / $1::int"),
                  bind("", "", "0"),
                  execute("", 0),
                  sync());
          reply.addAll(client.query("SELECT count(*) FROM extended WHERE v = 'lost'"));
          reply.addAll(
              client.exchange(
                  1,
                  bind("", "u", "1", "kept"),
                  execute("", 0),
                  bind("", "u", "2", "kept"),
                  execute("", 0),
                  sync()));
          reply.addAll(client.query("SELECT count(*) FROM extended WHERE v = 'kept'"));
          return reply;
        });
  }

  @Test
  void manyUnitsSentAtOnceAreAnsweredInTurn() {
    servers.agreeOn(
        client -> {
          int units = 50;
          client.send(parse("p", POINT), sync());
          for (int i = 0; i < units; i++) {
            client.send(bind("", "p", Integer.toString(i % 25)), execute("", 0), sync());
          }
          return client.exchange(units + 1);
        });
  }

  @Test
  void aPortalIsSuspendedAtItsRowLimit() {
    List<String> lines =
        servers.agreeOn(
            client ->
                client.exchange(
                    1,
                    parse("", ALL),
                    bind("", ""),
                    execute("", 7),
                    execute("", 7),
                    execute("", 5),
                    execute("", 7),
                    execute("", 7),
                    sync()));
    assertThat(lines).filteredOn(line -> line.equals("PortalSuspended")).hasSize(3);
  }

  @Test
  void aRowLimitThatIsMetExactlySuspends() {
    servers.agreeOn(
        client ->
            client.exchange(
                1,
                parse("", POINT),
                bind("", "", "1"),
                execute("", 1),
                execute("", 1),
                bind("", "", "77"),
                execute("", 1),
                sync()));
  }

  @Test
  void portalsOfATransactionAreReadInTurn() {
    servers.agreeOn(
        client -> {
          List<Message> reply = client.query("BEGIN");
          reply.addAll(
              client.exchange(
                  1, parse("s", ALL), bind("a", "s"), bind("b", "s"), execute("a", 3), sync()));
          reply.addAll(client.exchange(1, execute("b", 2), execute("a", 3), sync()));
          reply.addAll(client.exchange(1, closePortal("a"), execute("a", 1), sync()));
          reply.addAll(client.query("ROLLBACK"));
          reply.addAll(client.exchange(1, execute("b", 1), sync()));
          return reply;
        });
  }

  @Test
  void aPortalEndsWithItsTransaction() {
    servers.agreeOn(
        client -> {
          List<Message> reply =
              client.exchange(1, parse("", ALL), bind("a", ""), execute("a", 2), sync());
          reply.addAll(client.exchange(1, execute("a", 2), sync()));
          reply.addAll(client.exchange(1, describePortal("a"), sync()));
          return reply;
        });
  }

  @Test
  void executingADoneUpdateAgainIsAnError() {
    servers.agreeOn(
        client ->
            client.exchange(
                1,
                parse("", "UPDATE extended SET v = v WHERE id = 1"),
                bind("", ""),
                execute("", 0),
                execute("", 0),
                sync()));
  }

  @Test
  void namesThatDoNotExistAreErrors() {
    servers.agreeOn(client -> client.exchange(1, bind("", "nope"), sync()));
    servers.agreeOn(client -> client.exchange(1, describeStatement("nope"), sync()));
    servers.agreeOn(client -> client.exchange(1, describePortal("nope"), sync()));
    servers.agreeOn(client -> client.exchange(1, execute("nope", 0), sync()));
    servers.agreeOn(
        client -> client.exchange(1, closeStatement("nope"), closePortal("nope"), sync()));
  }

  @Test
  void bindChecksItsParameters() {
    servers.agreeOn(client -> client.exchange(1, parse("", POINT), bind("", ""), sync()));
    servers.agreeOn(client -> client.exchange(1, parse("", POINT), bind("", "", "1", "2"), sync()));
    servers.agreeOn(client -> client.exchange(1, parse("", POINT), bind("", "", "x"), sync()));
    servers.agreeOn(
        client ->
            client.exchange(
                1,
                parse("", POINT),
                bind("", "", List.of(Optional.of("1")), List.of(0, 0, 0)),
                sync()));
    servers.agreeOn(
        client ->
            client.exchange(
                1,
                parse("", POINT),
                bind("", "", List.of(Optional.empty()), List.of(1)),
                execute("", 0),
                sync()));
  }

  @Test
  void formatsArePerColumn() {
    servers.agreeOn(
        client ->
            client.exchange(
                1,
                parse("", POINT),
                bind("", "", List.of(Optional.of("9")), List.of(1, 0)),
                describePortal(""),
                execute("", 0),
                sync()));
  }

  @Test
  void flushBringsWhatIsReady() {
    servers.agreeOn(
        client -> {
          client.send(parse("", POINT), describeStatement(""), flush());
          List<Message> reply = new ArrayList<>(client.readUntil("T"));
          client.send(bind("", "", "6"), execute("", 0), flush());
          reply.addAll(client.readUntil("C"));
          client.send(sync());
          reply.addAll(client.readUntil("Z"));
          return reply;
        });
  }

  @Test
  void aTransactionByMessagesSpansNodes() {
    servers.agreeOn(
        client -> {
          List<Message> reply = new ArrayList<>();
          reply.addAll(
              client.exchange(1, parse("b", "BEGIN"), bind("", "b"), execute("", 0), sync()));
          byte[] update = parse("u", "UPDATE extended SET v = 'tx' WHERE id = $1");
          reply.addAll(client.exchange(1, update, sync()));
          for (int i = 1; i <= 6; i++) {
            byte[] row = bind("", "u", Integer.toString(i));
            reply.addAll(client.exchange(1, row, execute("", 0), sync()));
          }
          reply.addAll(
              client.exchange(1, parse("c", "COMMIT"), bind("", "c"), execute("", 0), sync()));
          reply.addAll(client.query("SELECT count(*) FROM extended WHERE v = 'tx'"));
          return reply;
        });
  }

  @Test
  void aStatementFollowsItsTableThroughDdl() {
    servers.agreeOn(
        client -> {
          List<Message> reply = new ArrayList<>();
          reply.addAll(
              client.exchange(1, parse("s", "SELECT v FROM extended WHERE id = $1"), sync()));
          reply.addAll(client.exchange(1, bind("", "s", "2"), execute("", 0), sync()));
          reply.addAll(client.query("ALTER TABLE extended ADD COLUMN w int DEFAULT 3"));
          reply.addAll(client.exchange(1, bind("", "s", "2"), execute("", 0), sync()));
          reply.addAll(
              client.exchange(1, parse("t", "SELECT * FROM extended WHERE id = $1"), sync()));
          reply.addAll(client.query("ALTER TABLE extended DROP COLUMN w"));
          reply.addAll(client.exchange(1, bind("", "t", "2"), execute("", 0), sync()));
          return reply;
        });
  }
}
