package dev.drover.tests.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Query messages: one statement, many, none, and errors among them. */
@ExtendWith(EndpointsExtension.class)
class SimpleQueryTest {
  /** The OID of {@code abs(int4)} in pg_proc. */
  private static final int ABS_INT4 = 1397;

  private static final int NO_FUNCTION = 1;

  private final BothServers servers;

  SimpleQueryTest(Endpoints endpoints) {
    servers = new BothServers(endpoints);
  }

  @BeforeEach
  void createTable() {
    servers.execute("CREATE TABLE simple_query (id int PRIMARY KEY, v int) /*dist: HASH (id)*/");
    servers.execute("INSERT INTO simple_query SELECT g, g FROM generate_series(1, 20) g");
  }

  @AfterEach
  void dropTable() {
    servers.execute("DROP TABLE simple_query");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ";",
        " ; ; ",
        "-- nothing",
        "/* nothing */",
        "SELECT 1",
        "SELECT 1;",
        "SELECT 1; SELECT 2",
        "SELECT 1;; SELECT 2;",
        "SELECT 1; SELECT 1 / 0; SELECT 2",
        "SELECT 1; SELEC 2; SELECT 3",
        "SELECT id FROM simple_query WHERE id = 1; SELECT id FROM simple_query WHERE id = 2",
        "SELECT count(*) FROM simple_query; SELECT sum(v) FROM simple_query",
        "BEGIN; SELECT id FROM simple_query WHERE id = 3; COMMIT",
        "BEGIN; SELECT 1 / 0; COMMIT",
        "BEGIN; SELECT 1 / 0; ROLLBACK",
        "BEGIN; SELECT v FROM simple_query WHERE id = 3",
        "SELECT 1; BEGIN; SELECT 2",
        "COMMIT; SELECT 1",
        "SELECT 1; ROLLBACK; SELECT 2",
        "SET TimeZone = 'UTC'; SHOW TimeZone",
        "SELECT 1; SAVEPOINT a; SELECT 2",
        "VALUES (1, NULL), (2, 'x')",
        "SELECT ';' AS \";\"; SELECT $$;$$",
        "INSERT INTO simple_query VALUES (1, 1)",
        "SELECT 'größer'; SELECT id FROM simple_query WHERE id = 'fünf'",
        "/* ä */ SELECT id FROM simple_query WHERE id > 'fünf'; SELECT 1",
        "SELECT 'ä'; SELECT nope FROM simple_query",
        "BEGIN; SELECT v FROM simple_query WHERE v = 'fünf'",
        "SELECT 'ä'; SELECT id FROM simple_query WHERE v = $1",
        "  PREPARE ä AS SELECT nope FROM simple_query",
        "SELECT 1; COPY (SELECT nope FROM simple_query) TO STDOUT",
        "SELECT 1; EXPLAIN SELECT id FROM simple_query WHERE id = 'fünf'",
        "TABLE nowhere; SELECT 1",
      })
  void textsGetTheSameMessages(String sql) {
    servers.agreeOn(client -> client.query(sql));
  }

  @Test
  void aMessageWithSeveralStatementsIsOneTransaction() {
    servers.agreeOn(
        client -> {
          List<Message> reply =
              client.query(
                  """
                  UPDATE simple_query SET v = 100 WHERE id = 1;
                  UPDATE simple_query SET v = 200 WHERE id = 2;
                  UPDATE simple_query SET v = 300 WHERE id = 3;
                  SELECT 1 / 0\
                  """);
          reply.addAll(client.query("SELECT * FROM simple_query WHERE v >= 100"));
          return reply;
        });
  }

  @Test
  void whatCommittedInsideAMessageStays() {
    servers.agreeOn(
        client -> {
          List<Message> reply =
              client.query(
                  """
                  UPDATE simple_query SET v = 100 WHERE id = 1;
                  UPDATE simple_query SET v = 200 WHERE id = 2;
                  COMMIT;
                  UPDATE simple_query SET v = 300 WHERE id = 3;
                  SELECT 1 / 0\
                  """);
          reply.addAll(client.query("SELECT * FROM simple_query WHERE v >= 100 ORDER BY id"));
          return reply;
        });
  }

  @Test
  void aFailedTransactionAnswersOnlyItsEnd() {
    List<String> lines =
        servers.agreeOn(
            client -> {
              List<Message> reply = client.query("BEGIN");
              reply.addAll(client.query("SELECT nope FROM simple_query"));
              reply.addAll(client.query("SELECT 1"));
              reply.addAll(client.query("SELEC 1"));
              reply.addAll(client.query(""));
              reply.addAll(client.query("COMMIT"));
              return reply;
            });
    assertThat(lines).contains("ReadyForQuery E", "CommandComplete ROLLBACK");
  }

  @Test
  void statementsSentAtOnceAreAnsweredInTurn() {
    servers.agreeOn(
        client ->
            client.exchange(
                4,
                Frontend.query("SELECT v FROM simple_query WHERE id = 1"),
                Frontend.query("SELECT nope"),
                Frontend.query("UPDATE simple_query SET v = 7 WHERE id = 2"),
                Frontend.query("SELECT v FROM simple_query WHERE id = 2")));
  }

  @Test
  void aStatementOfAMegabyteIsRun() {
    String many = IntStream.range(0, 100_000).mapToObj(i -> "1").collect(Collectors.joining("+"));
    servers.agreeOn(client -> client.query("SELECT '" + "x".repeat(1 << 20) + "'"));
    servers.agreeOn(
        client -> client.query("SELECT id FROM simple_query WHERE id = 5 /*" + many + "*/"));
  }

  @Test
  void noticesAreRelayed() {
    servers.agreeOn(
        client ->
            client.query(
                "DO $$ BEGIN RAISE NOTICE 'note %', 1; RAISE WARNING 'warned' USING HINT = 'h'; END"
                    + " $$"));
    servers.agreeOn(client -> client.query("DROP TABLE IF EXISTS never_made"));
  }

  @Test
  void changedSettingsAreReported() {
    List<String> lines =
        servers.agreeOn(
            client -> {
              List<Message> reply = client.query("SET TimeZone = 'Asia/Tokyo'");
              reply.addAll(client.query("SET application_name = 'wire test'"));
              reply.addAll(client.query("SET work_mem = '8MB'"));
              reply.addAll(client.query("BEGIN; SET DateStyle = 'German'"));
              reply.addAll(client.query("ROLLBACK"));
              reply.addAll(client.query("SELECT set_config('IntervalStyle', 'iso_8601', false)"));
              reply.addAll(client.query("RESET TimeZone"));
              return reply;
            });
    assertThat(lines).contains("ParameterStatus TimeZone=Asia/Tokyo");
  }

  @Test
  void functionCallMessagesAreAnswered() {
    servers.agreeOn(client -> client.exchange(1, Frontend.functionCall(ABS_INT4, "-5")));
    servers.agreeOn(client -> client.exchange(1, Frontend.functionCall(ABS_INT4, "x")));
    servers.agreeOn(client -> client.exchange(1, Frontend.functionCall(NO_FUNCTION, "1")));
  }
}
