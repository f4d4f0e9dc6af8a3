package dev.drover.tests.servers;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = "engineAnswers", disabledReason = "no Docker engine answers")
class ContainerServerTest extends ServerFitness {
  private ContainerServer server;

  static boolean engineAnswers() {
    return ContainerServer.engineAnswers();
  }

  @BeforeAll
  void start() {
    server = ContainerServer.start("postgres:15");
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Override
  Connection connect() throws SQLException {
    return server.connect();
  }
}
