package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What one session keeps, and what it keeps others from. */
@ExtendWith(EndpointsExtension.class)
class SessionStateTest {
  private static final int ROUNDS = 5;
  private static final String KEY = "815";

  private final Endpoint first;
  private final Endpoint second;

  SessionStateTest(Endpoints endpoints) {
    first = endpoints.drover();
    second = endpoints.secondCoordinator();
  }

  @Test
  void advisoryLocksExcludeOtherSessions() {
    try (WireClient one = WireClient.login(first);
        WireClient same = WireClient.login(first);
        WireClient other = WireClient.login(second)) {
      for (int round = 0; round < ROUNDS; round++) {
        assertThat(value(one, "SELECT pg_try_advisory_lock(" + KEY + ")")).isEqualTo("t");
        assertThat(value(one, "SELECT 1")).isEqualTo("1");
        assertThat(value(same, "SELECT pg_try_advisory_lock(" + KEY + ")")).isEqualTo("f");
        assertThat(value(other, "SELECT pg_try_advisory_lock(" + KEY + ")")).isEqualTo("f");
        assertThat(value(one, "SELECT pg_advisory_unlock(" + KEY + ")")).isEqualTo("t");
        assertThat(value(other, "SELECT pg_try_advisory_lock(" + KEY + ")")).isEqualTo("t");
        assertThat(value(other, "SELECT pg_advisory_unlock(" + KEY + ")")).isEqualTo("t");
      }
    }
  }

  @Test
  void temporaryTablesAndSettingsAreOneSessions() {
    try (WireClient one = WireClient.login(first);
        WireClient other = WireClient.login(first)) {
      one.query("CREATE TEMP TABLE own (a int); INSERT INTO own VALUES (1)");
      one.query("SET my.setting = 'of one'");
      assertThat(Transcript.error(other.query("SELECT * FROM own")).orElseThrow().sqlState())
          .isEqualTo("42P01");
      other.query("CREATE TEMP TABLE own (b text)");
      assertThat(value(one, "SELECT a FROM own")).isEqualTo("1");
      assertThat(value(other, "SELECT count(b) FROM own")).isEqualTo("0");
      assertThat(value(other, "SELECT coalesce(current_setting('my.setting', true), '')"))
          .isEmpty();
      assertThat(value(one, "SELECT current_setting('my.setting')")).isEqualTo("of one");
    }
  }

  /** A plain server ends the session; Drover's says what is gone, and goes on. */
  @Test
  void lostStateOfTheSessionIsNotLostInSilence() {
    assumeTrue(first.isDrover(), "a plain server's session is its connection");
    try (WireClient one = WireClient.login(first);
        WireClient other = WireClient.login(second)) {
      one.query("CREATE TABLE kept (id int PRIMARY KEY) DISTRIBUTE BY HASH (id)");
      for (String next :
          List.of("SELECT * FROM own", "INSERT INTO kept VALUES (1)", "BEGIN", "SELECT 1")) {
        one.query("CREATE TEMP TABLE own (a int)");
        assertThat(value(one, "SELECT pg_try_advisory_lock(816)")).isEqualTo("t");
        String server = value(one, "SELECT pg_backend_pid()");
        value(other, "SELECT pg_terminate_backend(%s, 5000)".formatted(server));
        assertThat(state(one, next)).isEqualTo("08006");
        assertThat(value(one, "SELECT count(*) FROM kept")).isEqualTo("0");
        assertThat(state(one, "SELECT * FROM own")).isEqualTo("42P01");
        assertThat(value(one, "SELECT pg_try_advisory_xact_lock(816)")).isEqualTo("t");
      }
      one.query("DROP TABLE kept");
    }
  }

  /** It would wait for notifications that nobody sends it. */
  @Test
  void aSessionThatCannotListenAnyMoreEnds() {
    try (WireClient one = WireClient.login(first);
        WireClient other = WireClient.login(second)) {
      one.query("LISTEN deaf");
      String server = value(one, "SELECT pg_backend_pid()");
      value(other, "SELECT pg_terminate_backend(%s, 5000)".formatted(server));
      assertThat(one.read().sqlState()).isEqualTo("57P01");
    }
  }

  private static String state(WireClient client, String sql) {
    return Transcript.error(client.query(sql)).map(Message::sqlState).orElse("");
  }

  private static String value(WireClient client, String sql) {
    List<Message> reply = client.query(sql);
    assertThat(Transcript.error(reply).map(Transcript::line)).as(sql).isEmpty();
    return reply.stream()
        .filter(message -> message.type() == 'D')
        .map(row -> row.values().getFirst().map(Transcript::text).orElse("NULL"))
        .findFirst()
        .orElseThrow();
  }
}
