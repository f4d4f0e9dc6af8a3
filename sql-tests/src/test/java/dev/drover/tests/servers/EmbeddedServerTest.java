package dev.drover.tests.servers;

import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.TemporaryServers;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class EmbeddedServerTest extends ServerFitness {
  private TemporaryServers servers;
  private PostgresServer server;

  @BeforeAll
  void start() {
    servers = TemporaryServers.open();
    server = servers.start("fitness");
  }

  @AfterAll
  void stop() {
    servers.close();
  }

  @Override
  Connection connect() throws SQLException {
    return server.connect();
  }
}
