package dev.drover.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.agent.AgentStatus.State;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.StopMode;
import dev.drover.agent.postgres.TemporaryServers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AgentTest {
  private static final long LIMIT_SECONDS = 30;
  private static TemporaryServers servers;

  private final BlockingQueue<AgentStatus> changes = new LinkedBlockingQueue<>();

  @BeforeAll
  static void open() {
    servers = TemporaryServers.open();
  }

  @AfterAll
  static void close() {
    servers.close();
  }

  @Test
  void aServerThatWasKilledIsStartedAgainAndOneThatWasStoppedIsNot() throws Exception {
    PostgresServer server = servers.start("watched");
    try (Agent agent = Agent.start("dn1", server, changes::add)) {
      assertThat(awaitNext(State.READY).restarts()).isZero();
      server.stop(StopMode.KILL);
      awaitNext(State.CRASHED);
      AgentStatus again = awaitNext(State.READY);
      assertThat(again.restarts()).isEqualTo(1);
      assertThat(agent.status()).isEqualTo(again);
      try (Connection connection = server.connect()) {
        assertThat(gxRows(connection)).isZero();
      }
    }
    awaitNext(State.STOPPED);
    assertThat(changes).isEmpty();
    assertThat(server.isRunning()).isFalse();
  }

  private AgentStatus awaitNext(State state) throws InterruptedException {
    AgentStatus next = changes.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    while (next != null && next.state() == State.STARTING) {
      next = changes.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
    assertThat(next).isNotNull();
    assertThat(next.state()).isEqualTo(state);
    return next;
  }

  private static long gxRows(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM drover.gx")) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
