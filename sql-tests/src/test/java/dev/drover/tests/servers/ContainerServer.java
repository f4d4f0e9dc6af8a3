package dev.drover.tests.servers;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** A server of the official image, where a Docker engine answers. */
final class ContainerServer implements AutoCloseable {
  private final PostgreSQLContainer container;

  private ContainerServer(PostgreSQLContainer container) {
    this.container = container;
  }

  static boolean engineAnswers() {
    return DockerClientFactory.instance().isDockerAvailable();
  }

  static ContainerServer start(String image) {
    PostgreSQLContainer container =
        new PostgreSQLContainer(image)
            .withDatabaseName("postgres")
            .withUsername("drover")
            .withCommand(
                "postgres",
                "-c",
                "max_prepared_transactions=200",
                "-c",
                "max_locks_per_transaction=256",
                "-c",
                "wal_level=logical");
    container.start();
    return new ContainerServer(container);
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(
        container.getJdbcUrl(), container.getUsername(), container.getPassword());
  }

  @Override
  public void close() {
    container.stop();
  }
}
