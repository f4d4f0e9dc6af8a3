package dev.drover.deploy.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.agent.postgres.Directories;
import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.PostgresTemplate;
import dev.drover.agent.postgres.Secret;
import dev.drover.agent.postgres.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * One PostgreSQL with the settings of a cluster's node, but all of the machine's processors: its
 * parallel queries are PostgreSQL's default.
 *
 * <p>Threads: confined to one.
 */
final class PlainServer implements Contender {
  private static final String TRUST =
      """
      local  all  all                trust
      host   all  all  127.0.0.1/32  trust
      """;

  private final PostgresServer server;

  private PlainServer(PostgresServer server) {
    this.server = server;
  }

  /** In a new directory, in a parent that the servers' user may enter. */
  static PlainServer start(PostgresBinaries binaries, Path home, int port) {
    Secret secret = Secret.generate();
    ServerConfig config =
        ServerConfig.of(home, port, secret).withLifetime(Lifetime.BOUND_TO_STARTER);
    PostgresServer server = PostgresServer.of(binaries, config);
    try {
      Path scratch = Files.createTempDirectory(home.getParent(), "template");
      try {
        server.create(PostgresTemplate.create(binaries, scratch, secret));
      } finally {
        Directories.delete(scratch);
      }
      server.syncToDisk();
      server.start();
      trustLoopback(server, home);
    } catch (IOException | SQLException e) {
      server.close();
      throw new BenchException("the plain server did not start: " + e.getMessage(), e);
    }
    return new PlainServer(server);
  }

  /** As the cluster does for its clients: else one side would pay for logins and the other not. */
  private static void trustLoopback(PostgresServer server, Path home)
      throws IOException, SQLException {
    Files.writeString(home.resolve("data").resolve("pg_hba.conf"), TRUST, UTF_8);
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_reload_conf()");
    }
  }

  @Override
  public String name() {
    return "plain";
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public String distributedBy(String column) {
    return "";
  }

  @Override
  public List<Connection> serverConnections() throws SQLException {
    return List.of(server.connect());
  }

  @Override
  public List<Long> processes() {
    return List.of(server.processId());
  }

  @Override
  public List<Long> coordinators() {
    return List.of();
  }

  @Override
  public void close() {
    server.close();
  }
}
