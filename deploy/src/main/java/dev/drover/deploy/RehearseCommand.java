package dev.drover.deploy;

import dev.drover.agent.postgres.PostgresTemplate;
import dev.drover.deploy.cluster.EmbeddedCluster;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code drover rehearse}: starts a small cluster, uses it once and throws it away. The launcher
 * runs it after a build to record which classes a start needs.
 */
@Command(name = "rehearse", hidden = true)
final class RehearseCommand implements Callable<Integer> {
  @Override
  public Integer call() throws SQLException {
    try (EmbeddedCluster cluster = EmbeddedCluster.inside(1, 1)) {
      String url = "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(cluster.settings().port());
      String password = cluster.directory().secret().password();
      try (Connection connection =
              DriverManager.getConnection(url, PostgresTemplate.CLIENT_ROLE, password);
          Statement statement = connection.createStatement()) {
        statement.execute("SELECT 1");
      }
    }
    return 0;
  }
}
