package dev.drover.tests.servers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.agent.NodeSchema;
import dev.drover.coordinator.metadata.JdbcQueries;
import dev.drover.coordinator.metadata.NodeRequirements;
import dev.drover.coordinator.metadata.NodeRequirements.ClusterFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A stock server can be a node: it hashes as routing does, and takes what a node is given. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServerFitness {
  private static final String GID = "'fitness'";

  abstract Connection connect() throws SQLException;

  @Test
  void itHashesAsRoutingDoes() throws SQLException {
    try (Connection connection = connect()) {
      NodeRequirements.checkHashes("stock", new JdbcQueries(connection));
    }
  }

  @Test
  void itMeetsTheRequirements() throws SQLException {
    try (Connection connection = connect()) {
      JdbcQueries queries = new JdbcQueries(connection);
      NodeRequirements.check("stock", queries, ClusterFacts.of(queries));
    }
  }

  @Test
  void itTakesTheNodesSchemaOverAndOver() throws SQLException {
    try (Connection connection = connect()) {
      NodeSchema.install(connection);
      NodeSchema.install(connection);
      assertThat(new JdbcQueries(connection).query("SELECT to_regclass('drover.gx') IS NOT NULL"))
          .hasToString("[[Optional[t]]]");
    }
  }

  @Test
  void itPreparesTransactions() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE fitness (v int)");
      statement.execute("BEGIN");
      statement.execute("INSERT INTO fitness VALUES (1)");
      statement.execute("PREPARE TRANSACTION " + GID);
      statement.execute("COMMIT PREPARED " + GID);
      assertThat(new JdbcQueries(connection).query("TABLE fitness")).hasToString("[[Optional[1]]]");
      statement.execute("DROP TABLE fitness");
    }
  }
}
