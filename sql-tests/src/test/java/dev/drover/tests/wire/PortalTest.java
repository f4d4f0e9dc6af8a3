package dev.drover.tests.wire;

import static dev.drover.tests.wire.Frontend.bind;
import static dev.drover.tests.wire.Frontend.closePortal;
import static dev.drover.tests.wire.Frontend.describePortal;
import static dev.drover.tests.wire.Frontend.execute;
import static dev.drover.tests.wire.Frontend.flush;
import static dev.drover.tests.wire.Frontend.parse;
import static dev.drover.tests.wire.Frontend.sync;

import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row limits of Execute, and what Bind finds, for each kind of plan. */
@ExtendWith(EndpointsExtension.class)
class PortalTest {
  private static final String EVERYWHERE = "SELECT 'x' FROM limited";

  private final BothServers servers;

  PortalTest(Endpoints endpoints) {
    servers = new BothServers(endpoints);
  }

  @BeforeEach
  void createTables() {
    servers.execute("CREATE TABLE limited (id int PRIMARY KEY, v int) /*dist: HASH (id)*/");
    servers.execute("INSERT INTO limited SELECT g, g % 7 FROM generate_series(1, 20) g");
    servers.execute("CREATE TABLE copied_limit (id int PRIMARY KEY, v int) /*dist= REPLICATION*/");
    servers.execute("INSERT INTO copied_limit SELECT g, g FROM generate_series(1, 9) g");
  }

  @AfterEach
  void dropTables() {
    servers.execute("DROP TABLE limited, copied_limit");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        EVERYWHERE,
        "SELECT id FROM limited ORDER BY id",
        "SELECT id FROM limited ORDER BY id LIMIT 9 OFFSET 3",
        "SELECT v, count(*) FROM limited GROUP BY v ORDER BY v",
        "SELECT sum(v) FROM limited",
        "SELECT id FROM limited WHERE id = 7",
        "SELECT id FROM limited WHERE id = 99",
        "SELECT id FROM copied_limit ORDER BY id",
        "SELECT generate_series(1, 10)",
        "VALUES (1), (2), (3)",
        "UPDATE limited SET v = v RETURNING 'x'",
        "UPDATE limited SET v = v WHERE id = 7 RETURNING 'x'",
        "UPDATE copied_limit SET v = id RETURNING 'x'",
        "INSERT INTO limited VALUES (101, 1), (102, 2), (103, 3), (104, 4) RETURNING 'x'",
        "INSERT INTO limited SELECT id + 100, v FROM limited RETURNING 'x'",
        "DELETE FROM limited",
        "SHOW work_mem",
        "EXECUTE everywhere",
      })
  void aRowLimitSuspendsEveryKindOfStatement(String sql) {
    servers.agreeOn(
        client -> {
          List<Message> reply = client.query("PREPARE everywhere AS " + EVERYWHERE);
          reply.addAll(client.query("BEGIN"));
          reply.addAll(
              client.exchange(1, parse("s", sql), bind("p", "s"), execute("p", 3), sync()));
          reply.addAll(client.query("SELECT count(*) FROM limited"));
          reply.addAll(client.exchange(1, execute("p", 3), execute("p", 2), sync()));
          reply.addAll(client.query("SELECT id FROM limited WHERE id = 3"));
          reply.addAll(client.exchange(1, execute("p", 0), execute("p", 1), sync()));
          reply.addAll(client.query("ROLLBACK"));
          return reply;
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        EVERYWHERE,
        "SELECT v, count(*) FROM limited GROUP BY v ORDER BY v",
        "VALUES (1), (2)"
      })
  void aSuspendedPortalIsGivenUp(String sql) {
    servers.agreeOn(
        client -> {
          List<Message> reply =
              client.exchange(1, parse("s", sql), bind("", "s"), execute("", 1), sync());
          reply.addAll(client.exchange(1, bind("", "s"), execute("", 1), sync()));
          reply.addAll(client.query("BEGIN"));
          reply.addAll(client.exchange(1, bind("p", "s"), execute("p", 1), sync()));
          reply.addAll(client.exchange(1, closePortal("p"), sync()));
          reply.addAll(client.exchange(1, bind("p", "s"), execute("p", 1), sync()));
          reply.addAll(client.query("SELECT count(*) FROM limited"));
          reply.addAll(client.query("COMMIT"));
          reply.addAll(client.query("SELECT count(*) FROM limited"));
          return reply;
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1 / 0",
        "SELECT id FROM limited WHERE id = 1 / 0",
        "SELECT 1 / 0 FROM limited",
        "SELECT v / 0 FROM limited WHERE id = 1",
        "SELECT v / 0 FROM limited",
        "SELECT sum(v), 1 / 0 FROM limited",
        "SELECT sum(v) / 0 FROM limited",
        "INSERT INTO limited VALUES (30, 1), (31, 1 / 0)",
        "INSERT INTO limited VALUES (30, 1), (1, 1)",
        "INSERT INTO limited VALUES (1, 1), (31, 1 / 0)",
        "INSERT INTO limited (id, v) VALUES (99, 1) ON CONFLICT (v) DO NOTHING",
        "UPDATE copied_limit SET v = id / 0",
        "UPDATE copied_limit SET v = 1 / 0",
        "SELECT id FROM limited ORDER BY id LIMIT -1",
      })
  void errorsOfBindComeInItsPlace(String sql) {
    servers.agreeOn(
        client ->
            client.exchange(
                1, parse("", sql), bind("", ""), describePortal(""), execute("", 0), sync()));
    servers.agreeOn(
        client -> client.exchange(1, parse("", sql), bind("", ""), describePortal(""), sync()));
  }

  @Test
  void bindIsAnsweredWithoutExecute() {
    servers.agreeOn(
        client -> {
          client.send(parse("", "SELECT $1::int FROM limited"), bind("", "", "1"), flush());
          List<Message> reply = new ArrayList<>(client.readUntil("2"));
          client.send(describePortal(""), flush());
          reply.addAll(client.readUntil("T"));
          reply.addAll(client.exchange(1, execute("", 1), sync()));
          reply.addAll(
              client.exchange(
                  1,
                  parse("s", "SELECT $1::int"),
                  bind("a", "s", "1"),
                  bind("b", "s", "x"),
                  execute("a", 0),
                  sync()));
          return reply;
        });
  }

  /** A portal that was made behind a savepoint is gone with it, one in front of it goes on. */
  @Test
  void rollbackToClosesPortals() {
    String query = "SELECT id FROM limited ORDER BY id";
    servers.agreeOn(
        client -> {
          List<Message> reply = new ArrayList<>(client.query("BEGIN"));
          reply.addAll(client.exchange(1, parse("q", query), bind("a", "q"), sync()));
          reply.addAll(client.exchange(1, execute("a", 2), sync()));
          reply.addAll(client.query("SAVEPOINT s"));
          reply.addAll(client.exchange(1, bind("b", "q"), execute("b", 1), sync()));
          reply.addAll(client.query("ROLLBACK TO s"));
          reply.addAll(client.exchange(1, execute("a", 1), sync()));
          reply.addAll(client.exchange(1, execute("b", 1), sync()));
          reply.addAll(client.query("ROLLBACK"));
          return reply;
        });
  }

  @Test
  void portalsAndCursorsShareTheirNames() {
    servers.agreeOn(
        client -> {
          List<Message> reply = new ArrayList<>(client.query("BEGIN"));
          reply.addAll(client.query("DECLARE c CURSOR FOR SELECT id FROM limited ORDER BY id"));
          reply.addAll(client.exchange(1, parse("", "SELECT 1"), bind("c", ""), sync()));
          reply.addAll(client.query("ROLLBACK"));
          reply.addAll(client.query("BEGIN"));
          reply.addAll(client.exchange(1, parse("", "SELECT 1"), bind("c", ""), sync()));
          reply.addAll(client.query("DECLARE c CURSOR FOR SELECT id FROM limited ORDER BY id"));
          reply.addAll(client.query("ROLLBACK"));
          return reply;
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT id FROM limited WHERE id = $1",
        "SELECT $1::date",
        "UPDATE limited SET v = $1",
        "INSERT INTO limited VALUES (77, $1), (78, 1)",
        "SELECT sum(v) FROM limited WHERE id > $1",
      })
  void aBadValueIsAnErrorOfBind(String sql) {
    for (int limit : List.of(0, 2)) {
      servers.agreeOn(
          client ->
              client.exchange(1, parse("", sql), bind("", "", "x"), execute("", limit), sync()));
      servers.agreeOn(
          client ->
              client.exchange(1, parse("", sql), bind("p", "", "x"), execute("p", limit), sync()));
    }
  }
}
