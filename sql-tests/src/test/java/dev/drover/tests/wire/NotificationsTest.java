package dev.drover.tests.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** LISTEN and NOTIFY: what is delivered, when, and to whom; on Drover over two coordinators. */
@ExtendWith(EndpointsExtension.class)
@Timeout(60)
class NotificationsTest {
  private final BothServers servers;
  private final Endpoints endpoints;

  NotificationsTest(Endpoints endpoints) {
    this.endpoints = endpoints;
    this.servers = new BothServers(endpoints);
  }

  @BeforeEach
  void createTable() {
    servers.execute("CREATE TABLE notified (id int PRIMARY KEY) /*dist: HASH (id)*/");
  }

  @AfterEach
  void dropTable() {
    servers.execute("DROP TABLE notified");
  }

  @Test
  void aSessionHearsItself() {
    List<String> lines =
        servers.agreeOn(
            client ->
                said(
                    client,
                    "NOTIFY a",
                    "LISTEN a",
                    "NOTIFY a",
                    "NOTIFY a, 'it''s'",
                    "SELECT pg_notify('a', 'by call'), pg_notify('A', 'to nobody')",
                    "LISTEN \"A\"; NOTIFY \"A\", 'quoted'",
                    "SELECT pg_listening_channels() ORDER BY 1",
                    "UNLISTEN a",
                    "NOTIFY a, 'unheard'",
                    "UNLISTEN *",
                    "NOTIFY \"A\"",
                    "NOTIFY a, 'x', 'y'"));
    assertThat(lines).contains("Notification a it's", "Notification A quoted");
  }

  @Test
  void theEndOfATransactionDelivers() {
    List<String> lines =
        servers.agreeOn(
            client ->
                said(
                    client,
                    "BEGIN",
                    "LISTEN a",
                    "NOTIFY a, 'first'",
                    "NOTIFY a, 'second'",
                    "NOTIFY a, 'first'",
                    "INSERT INTO notified SELECT generate_series(1, 9)",
                    "SELECT pg_notify('a', 'third')",
                    "SAVEPOINT s",
                    "NOTIFY a, 'undone'",
                    "ROLLBACK TO s",
                    "COMMIT",
                    "SELECT count(*) FROM notified",
                    "BEGIN",
                    "DELETE FROM notified",
                    "NOTIFY a, 'rolled back'",
                    "UNLISTEN a",
                    "ROLLBACK",
                    "NOTIFY a, 'still'",
                    "DISCARD ALL",
                    "NOTIFY a, 'discarded'"));
    assertThat(lines).contains("Notification a third", "Notification a still");
  }

  @Test
  void theExtendedProtocolDelivers() {
    servers.agreeOn(
        client -> {
          List<Message> all = new ArrayList<>();
          for (String sql : List.of("LISTEN b", "NOTIFY b, 'parsed'", "UNLISTEN b")) {
            all.addAll(
                client.exchange(
                    1,
                    Frontend.parse("", sql),
                    Frontend.bind("", ""),
                    Frontend.describePortal(""),
                    Frontend.execute("", 0),
                    Frontend.sync()));
          }
          return all;
        });
  }

  @Test
  void idleSessionsHearOthersOfAnyCoordinator() {
    assertThat(heard(endpoints.drover(), endpoints.secondCoordinator()))
        .isEqualTo(heard(endpoints.plain(), endpoints.plain()));
  }

  /** What a listening session is told while another one notifies. */
  private static List<String> heard(Endpoint here, Endpoint there) {
    List<String> heard = new ArrayList<>();
    try (WireClient listener = WireClient.login(here);
        WireClient other = WireClient.login(there)) {
      listener.query("LISTEN c");
      other.query("NOTIFY c, 'while idle'");
      heard.add(Transcript.line(listener.read()));
      other.query("BEGIN; INSERT INTO notified SELECT generate_series(1, 5); NOTIFY c, 'late'");
      other.query("NOTIFY d");
      other.query("COMMIT");
      heard.add(Transcript.line(listener.read()));
      listener.query("BEGIN");
      other.query("NOTIFY c, 'not within a transaction'");
      heard.addAll(Transcript.of(listener.query("SELECT count(*) FROM notified")));
      List<String> end = Transcript.of(listener.query("COMMIT"));
      heard.addAll(end);
      if (end.stream().noneMatch(line -> line.startsWith("Notification"))) {
        heard.add(heard.size() - 1, Transcript.line(listener.read()));
      }
    }
    return heard;
  }

  /** A session tells its own notifications from those of others by the process id. */
  @Test
  void aSessionKnowsItself() {
    try (WireClient client = WireClient.open(endpoints.drover())) {
      int processId =
          client.authenticate(endpoints.drover()).stream()
              .filter(message -> message.type() == 'K')
              .findFirst()
              .orElseThrow()
              .reader()
              .getInt();
      client.query("LISTEN e");
      Message notification =
          client.query("NOTIFY e").stream()
              .filter(message -> message.type() == 'A')
              .findFirst()
              .orElseThrow();
      assertThat(notification.reader().getInt()).isEqualTo(processId);
    }
  }

  private static List<Message> said(WireClient client, String... statements) {
    List<Message> all = new ArrayList<>();
    for (String statement : statements) {
      all.addAll(client.query(statement));
    }
    return all;
  }
}
